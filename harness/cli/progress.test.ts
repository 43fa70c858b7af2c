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
  expect(tty.lines).toEqual(["danelab: world made", "  1/3 trials  1 pass  3 s"]);
  progress.verdict({ verdict: "pass" });
  progress.verdict({ verdict: "fail" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(tty.lines.at(-1)).toBe("  3/3 trials  2 pass  1 fail  4 s");
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
      "danelab: 1/40 trials  1 info  10 s",
      "danelab: 1/40 trials  1 info  20 s",
      "danelab: 1 of 40 trials judged in 25 s",
      "",
    ].join("\n"),
  );
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
