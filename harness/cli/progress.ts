import type { TrialResult, Verdict } from "../model/results.ts";

/** What goes on, on standard error: one line that is redrawn on a terminal, plain lines elsewhere. */
export interface Progress {
  note(line: string): void;
  start(total: number): void;
  verdict(result: TrialResult): void;
  end(): void;
}

const shown: readonly Verdict[] = ["pass", "fail", "warn", "info", "known", "inconclusive", "error"];

export function createProgress(stream: NodeJS.WriteStream): Progress {
  const live = stream.isTTY === true;
  const began = Date.now();
  const counts = new Map<Verdict, number>();
  let total = 0;
  let done = 0;
  let timer: NodeJS.Timeout | undefined;
  let line = "";

  const seconds = (): string => `${((Date.now() - began) / 1000).toFixed(0)} s`;
  const draw = (): void => {
    if (!live || total === 0) return;
    const tally = shown.flatMap((verdict) =>
      counts.has(verdict) ? [`${counts.get(verdict)} ${verdict}`] : [],
    );
    line = `  ${done}/${total} trials  ${tally.join("  ")}  ${seconds()}`;
    stream.write(`\r\x1b[K${line.slice(0, stream.columns - 1)}`);
  };
  const erase = (): void => {
    if (live && line) stream.write("\r\x1b[K");
    line = "";
  };

  return {
    note(text) {
      erase();
      stream.write(`danelab: ${text}\n`);
      draw();
    },
    start(count) {
      total = count;
      if (live) timer = setInterval(draw, 200);
    },
    verdict({ verdict }) {
      done++;
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    },
    end() {
      clearInterval(timer);
      erase();
      if (total > 0) stream.write(`danelab: ${done} of ${total} trials judged in ${seconds()}\n`);
      total = 0;
    },
  };
}
