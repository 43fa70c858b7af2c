import type { Tell } from "../lab/progress.ts";
import type { TrialResult, Verdict } from "../model/results.ts";

/** What goes on, on standard error: one line that is redrawn on a terminal, plain lines elsewhere. */
export interface Progress {
  readonly note: Tell;
  start(total: number): void;
  verdict(result: Pick<TrialResult, "verdict">): void;
  end(): void;
}

/** As much of a stream as is needed here. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const shown: readonly Verdict[] = ["pass", "fail", "warn", "info", "known", "inconclusive", "error"];

const redrawMs = 200;
const lineMs = 10_000;

export function createProgress(stream: ProgressStream): Progress {
  const live = stream.isTTY === true;
  const counts = new Map<Verdict, number>();
  let began = 0;
  let total = 0;
  let done = 0;
  let timer: NodeJS.Timeout | undefined;
  let now: string | null = null;
  let drawn = false;

  const seconds = (): string => `${((Date.now() - began) / 1000).toFixed(0)} s`;
  const tally = (): string => {
    const told = shown.flatMap((verdict) =>
      counts.has(verdict) ? [`${counts.get(verdict)} ${verdict}`] : [],
    );
    return [`${done}/${total} trials`, ...told, seconds()].join("  ");
  };
  const erase = (): void => {
    if (drawn) stream.write("\r\x1b[K");
    drawn = false;
  };
  const draw = (): void => {
    if (!live) return;
    erase();
    const line = now ?? (total > 0 ? tally() : null);
    if (line === null) return;
    stream.write(`  ${line}`.slice(0, (stream.columns || 80) - 1));
    drawn = true;
  };
  const tell = (text: string): void => {
    erase();
    stream.write(`danelab: ${text}\n`);
    draw();
  };

  return {
    note: live
      ? Object.assign(tell, {
          now: (text: string | null) => {
            now = text;
            draw();
          },
        })
      : tell,
    start(count) {
      total = count;
      began = Date.now();
      timer = live ? setInterval(draw, redrawMs) : setInterval(() => tell(tally()), lineMs);
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
