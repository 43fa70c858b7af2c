import { describe, expect, it } from "vitest";
import { HarnessError } from "./errors.ts";
import { until, within } from "./until.ts";

const never = new Promise<never>(() => undefined);

describe("within", () => {
  it("passes value and error on", async () => {
    await expect(within(Promise.resolve(7), { ms: 20_000, waitedFor: "seven" })).resolves.toBe(7);
    await expect(
      within(Promise.reject(new TypeError("no")), { ms: 20_000, waitedFor: "seven" }),
    ).rejects.toThrow(TypeError);
  });

  it("says what was waited for, how long, and what was seen last", async () => {
    const failed = within(never, { ms: 5, waitedFor: "the moon", lastSeen: () => "a cloud" });
    await expect(failed).rejects.toThrow(new HarnessError("waited 0.005 s for the moon; last seen: a cloud"));
    await expect(failed).rejects.toBeInstanceOf(HarnessError);
  });

  it("leaves out what was last seen where there was nothing", async () => {
    await expect(within(never, { ms: 5, waitedFor: "the moon", lastSeen: () => "" })).rejects.toThrow(
      /for the moon$/,
    );
  });

  it("ends with the signal's reason, before and in the middle", async () => {
    const reason = new HarnessError("interrupted by the user");
    const wait = { ms: 20_000, waitedFor: "the moon" };
    await expect(within(never, { ...wait, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const waiting = within(never, { ...wait, signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

it("no wait that is over leaves a timer behind, which would keep the process alive", async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;
  const before = timers();
  await within(Promise.resolve(), { ms: 20_000, waitedFor: "nothing" });
  await until(() => 1, { ms: 20_000, waitedFor: "nothing" });
  expect(timers()).toBe(before);
});

describe("until", () => {
  it("asks until there is an answer, falsy ones included", async () => {
    const answers = [undefined, undefined, 0, 1];
    await expect(until(() => answers.shift(), { ms: 20_000, waitedFor: "a number" }, 1)).resolves.toBe(0);
    expect(answers).toEqual([1]);
  });

  it("asks at least once", async () => {
    await expect(until(() => "there", { ms: 0, waitedFor: "it" })).resolves.toBe("there");
  });

  it("says at the deadline what it saw last, and asks no more", async () => {
    let asked = 0;
    const failed = until(
      () => {
        asked++;
        return undefined;
      },
      { ms: 10, waitedFor: "readiness", lastSeen: () => `answer ${asked}` },
      1,
    );
    await expect(failed).rejects.toThrow(/^waited 0.01 s for readiness; last seen: answer \d+$/);
    const then = asked;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toBe(then);
  });

  it("does not wait for a question that hangs", async () => {
    await expect(until(() => never, { ms: 5, waitedFor: "an answer" })).rejects.toThrow(/for an answer/);
    const controller = new AbortController();
    const waiting = until(() => never, {
      ms: 20_000,
      waitedFor: "an answer",
      signal: controller.signal,
    });
    controller.abort(new HarnessError("interrupted"));
    await expect(waiting).rejects.toThrow("interrupted");
  });

  it("does not ask once aborted; passes the question's error on", async () => {
    const wait = { ms: 20_000, waitedFor: "it" };
    let asked = false;
    const ask = () => {
      asked = true;
      return 1;
    };
    await expect(until(ask, { ...wait, signal: AbortSignal.abort() })).rejects.toThrow();
    expect(asked).toBe(false);
    await expect(
      until(() => {
        throw new TypeError("broken");
      }, wait),
    ).rejects.toThrow("broken");
  });
});

it("a deadline that progress renews ends only when progress does", async () => {
  const begin = Date.now();
  const waited = within(new Promise(() => undefined), {
    ms: 30,
    waitedFor: "what never comes",
    renewed: () => Math.min(Date.now(), begin + 60),
  });
  await expect(waited).rejects.toThrow("waited 0.03 s for what never comes");
  expect(Date.now() - begin).toBeGreaterThanOrEqual(85);
});
