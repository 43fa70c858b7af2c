import { expect, test } from "vitest";
import { checkFile } from "../run/check-scenarios.ts";
import { must, scenarios } from "../vocabulary.ts";
import { atReceiver, wantsRealServer } from "./interoperability.ts";

const [real, recording] = checkFile(
  scenarios("x", [
    {
      id: "real-x",
      title: "A real server receives",
      cites: ["RFC 7672 2.2"],
      mx: [{ receiver: "real" }, {}],
      steps: [{ title: "later", mx: { receiver: "real" }, expect: { dane: must("authenticated") } }],
      expect: { dane: must("authenticated") },
    },
    { id: "x-y", title: "Another", cites: ["RFC 7672 2.2"], expect: { dane: must("authenticated") } },
  ]),
  "x.ts",
);

test("a scenario at a receiver names the program, in each step, and nothing else of it changes", () => {
  const exim = { name: "exim", version: "4.98" };
  const at = atReceiver(real!, exim, true);
  expect(at).toMatchObject({ id: "exim-x", group: "exim@4.98", title: "exim@4.98 receives" });
  expect(at.mx.map(({ receiver }) => receiver)).toEqual(["exim@4.98", "recording"]);
  expect(at.steps[0]?.mx.map(({ receiver }) => receiver)).toEqual(["exim@4.98"]);
  expect(at.expect).toEqual(real!.expect);
  expect(atReceiver(real!, { ...exim, version: "4.96" }, false).id).toBe("exim-4-96-x");
});

test("only what wants a real server is taken to each", () => {
  expect([real!, recording!].map(wantsRealServer)).toEqual([true, false]);
});
