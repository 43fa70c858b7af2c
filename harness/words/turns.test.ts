import { expect, test } from "vitest";
import { turns } from "./turns.ts";

test("no more than so many are under way, all get their turn in order, and a failure frees its place", async () => {
  const inTurn = turns(3);
  const begun: number[] = [];
  let underWay = 0;
  let most = 0;
  const work = async (index: number): Promise<number> => {
    begun.push(index);
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    if (index === 1) throw new Error("one");
    return index;
  };
  const all = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => inTurn(() => work(index))));
  expect(most).toBe(3);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(all.map((one) => one.status === "fulfilled" && one.value)).toEqual([
    0,
    false,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ]);
});
