import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { telling } from "../lab/progress.ts";
import { createProgress } from "./progress.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a terminal of that width shows of what was written: its lines, each as it was last drawn. */
function screen(columns: number) {
  const lines = [""];
  const write = (text: string): void => {
    for (const part of text.replaceAll("\r\x1b[K", "\0").split(/(\0|\n)/)) {
      if (part === "\n") lines.push("");
      else if (part === "\0") lines[lines.length - 1] = "";
      else lines[lines.length - 1] += part;
    }
  };
  return { isTTY: true, columns, write, lines };
}

function file() {
  let text = "";
  return {
    write: (more: string) => {
      text += more;
    },
    text: () => text,
  };
}

test("on a terminal one line is redrawn, below the lines that stay", async () => {
  const tty = screen(100);
  const progress = createProgress(tty);
  progress.start(3);
  progress.verdict({ verdict: "pass" });
  await vi.advanceTimersByTimeAsync(3_000);
  progress.note("world made");
  expect(tty.lines).toEqual(["danelab: world made", "  1/3 trials  3 s  1 pass"]);
  progress.verdict({ verdict: "pass" });
  progress.verdict({ verdict: "fail" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(tty.lines.at(-1)).toBe("  3/3 trials  4 s  2 pass  1 fail");
  progress.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tty.lines).toEqual(["danelab: world made", "danelab: 3 of 3 trials judged in 4 s", ""]);
});

test("on a terminal what takes long shows on the same line, and never wraps", async () => {
  const tty = screen(30);
  const { note, end } = createProgress(tty);
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = telling(note, "building sender-postfix", (step) => {
    step("step 3/5");
    return promise;
  });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(tty.lines).toEqual(["  building sender-postfix: st"]);
  note("built");
  expect(tty.lines).toEqual(["danelab: built", "  building sender-postfix: st"]);
  resolve();
  await done;
  end();
  expect(tty.lines).toEqual(["danelab: built", ""]);
});

test("elsewhere there are whole lines only, one every ten seconds, without control characters", async () => {
  const out = file();
  const progress = createProgress(out);
  progress.note("lab up");
  progress.start(40);
  progress.verdict({ verdict: "info" });
  await vi.advanceTimersByTimeAsync(25_000);
  progress.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(out.text()).toBe(
    [
      "danelab: lab up",
      "danelab: 1/40 trials  10 s  1 info",
      "danelab: 1/40 trials  20 s  1 info",
      "danelab: 1 of 40 trials judged in 25 s",
      "",
    ].join("\n"),
  );
});

test("trials whose verdicts come in the end are counted as they are done", () => {
  const out = file();
  const progress = createProgress(out);
  progress.start(2);
  progress.done();
  progress.done();
  progress.end();
  expect(out.text()).toBe("danelab: 2 of 2 trials judged in 0 s\n");
});

test("a run that ended before it began, and one that is ended twice, say nothing more", () => {
  const out = file();
  const progress = createProgress(out);
  progress.end();
  progress.start(1);
  progress.end();
  progress.end();
  expect(out.text()).toBe("danelab: 0 of 1 trials judged in 0 s\n");
});

test("time left: by an earlier run from the start; by this one's own pace once half is done", async () => {
  const known = screen(100);
  const first = createProgress(known);
  first.start(100, 74_000);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(known.lines.at(-1)).toBe("  0/100 trials  4 s, about 70 s left");
  await vi.advanceTimersByTimeAsync(66_000);
  expect(known.lines.at(-1)).toBe("  0/100 trials  70 s, about 4 s left");
  // It takes longer than the last time: nothing is claimed any more.
  await vi.advanceTimersByTimeAsync(10_000);
  expect(known.lines.at(-1)).toBe("  0/100 trials  80 s");
  first.end();

  const unknown = screen(100);
  const second = createProgress(unknown);
  second.start(10);
  await vi.advanceTimersByTimeAsync(10_000);
  for (let count = 0; count < 4; count++) second.verdict({ verdict: "pass" });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(unknown.lines.at(-1)).toBe("  4/10 trials  20 s  4 pass");
  second.verdict({ verdict: "pass" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(unknown.lines.at(-1)).toBe("  5/10 trials  21 s, about 10 s left  5 pass");
  second.end();
});

test("on a narrow terminal a count is shown whole or not at all", async () => {
  const tty = screen(30);
  const progress = createProgress(tty);
  progress.start(3);
  progress.verdict({ verdict: "inconclusive" });
  progress.verdict({ verdict: "pass" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(tty.lines.at(-1)).toBe("  2/3 trials  1 s  1 pass");
  progress.end();
});
