import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { buildStep, lastLine, type Tell, telling } from "./progress.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that goes on until it is told to end. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let at: (text: string) => void = () => undefined;
  return {
    run: (step: (text: string) => void) => {
      at = step;
      return promise;
    },
    step: (text: string) => at(text),
    end: () => resolve("made"),
    fail: () => reject(new Error("broken")),
  };
}

test("without a line to redraw, a line every ten seconds says what goes on, its step, and for how long", async () => {
  const lines: string[] = [];
  const { run, step, end } = work();
  const done = telling((line) => lines.push(line), "building sender-postfix", run);
  await vi.advanceTimersByTimeAsync(10_000);
  step("step 3/5");
  await vi.advanceTimersByTimeAsync(10_500);
  end();
  expect(await done).toBe("made");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lines).toEqual(["building sender-postfix: 10 s", "building sender-postfix: step 3/5, 20 s"]);
});

test("a line that is redrawn is renewed within two seconds, and taken away when the work fails", async () => {
  const shown: (string | null)[] = [];
  const lines: string[] = [];
  const tell: Tell = Object.assign((line: string) => void lines.push(line), {
    now: (text: string | null) => void shown.push(text),
  });
  const { run, fail } = work();
  const done = telling(tell, "pulling debian:trixie-slim", run);
  const failed = expect(done).rejects.toThrow("broken");
  await vi.advanceTimersByTimeAsync(2_000);
  fail();
  await failed;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(shown).toEqual(["pulling debian:trixie-slim: 1 s", "pulling debian:trixie-slim: 2 s", null]);
  expect(lines).toEqual([]);
});

test("work that is over at once tells nothing", async () => {
  const lines: string[] = [];
  await telling(
    (line) => lines.push(line),
    "building farm",
    async () => undefined,
  );
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lines).toEqual([]);
});

test("steps are read from what the engine and programs write", () => {
  expect(buildStep("Step 3/5 : RUN apt-get update")).toBe("step 3/5");
  expect(buildStep("Setting up Step 3/5 : x")).toBeUndefined();
  expect(lastLine("Get:1 a\r\nUnpacking postfix (3.10) ...\n")).toBe("Unpacking postfix (3.10)");
  expect(lastLine("I: extracting archives...\n")).toBe("extracting archives");
  expect(lastLine("x".repeat(100))).toHaveLength(40);
  expect(lastLine("\n")).toBe("");
});
