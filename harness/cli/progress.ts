import type { Tell } from "../lab/progress.ts";
import type { TrialResult, Verdict } from "../model/results.ts";

/** What goes on, on standard error: one line that is redrawn on a terminal, plain lines elsewhere. */
export interface Progress {
  readonly note: Tell;
  /** @param expectedMs how long it will take, where that is known beforehand */
  start(total: number, expectedMs?: number | null): void;
  verdict(result: Pick<TrialResult, "verdict">): void;
  /** One more trial is done; its verdict comes with those of all. */
  done(): void;
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
  let firstVerdict: number | null = null;
  let expected: number | null = null;
  let total = 0;
  let done = 0;
  let timer: NodeJS.Timeout | undefined;
  let now: string | null = null;
  let drawn = false;

  const seconds = (): string => `${((Date.now() - began) / 1000).toFixed(0)} s`;
  const left = (): string => {
    const ms = msLeft({ began, firstVerdict, expected, done, total, now: Date.now() });
    return ms === null || ms < 1_000 ? "" : `, about ${roughly(ms)} left`;
  };
  const tally = (): string => {
    const told = shown.flatMap((verdict) =>
      counts.has(verdict) ? [`${counts.get(verdict)} ${verdict}`] : [],
    );
    return [`${done}/${total} trials`, `${seconds()}${left()}`, ...told].join("  ");
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
    stream.write(fitted(`  ${line}`, (stream.columns || 80) - 1));
    drawn = true;
  };
  const tell = (text: string): void => {
    erase();
    stream.write(`danelab: ${text}\n`);
    draw();
  };

  const another = (): void => {
    done++;
    firstVerdict ??= Date.now();
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
    start(count, expectedMs = null) {
      total = count;
      expected = expectedMs;
      began = Date.now();
      timer = live ? setInterval(draw, redrawMs) : setInterval(() => tell(tally()), lineMs);
    },
    verdict({ verdict }) {
      another();
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    },
    done: another,
    end() {
      clearInterval(timer);
      erase();
      if (total > 0) stream.write(`danelab: ${done} of ${total} trials judged in ${seconds()}\n`);
      total = 0;
    },
  };
}

/** What is cut off goes as a whole, where two spaces part it from the rest. */
function fitted(line: string, width: number): string {
  if (line.length <= width) return line;
  const end = line.lastIndexOf("  ", width);
  return line.slice(0, end > 0 ? end : width);
}

interface Pace {
  readonly began: number;
  readonly firstVerdict: number | null;
  readonly expected: number | null;
  readonly done: number;
  readonly total: number;
  readonly now: number;
}

/**
 * Verdicts fall in bursts, and late: hundreds of messages wait for the same thing. So the pace of an earlier run tells more
 * than that of this one, which is only asked once half of the trials are done. null: there is no telling.
 */
function msLeft({ began, firstVerdict, expected, done, total, now }: Pace): number | null {
  if (expected !== null) return began + expected - now;
  if (firstVerdict === null || done * 2 < total) return null;
  return ((now - firstVerdict) * (total - done)) / done;
}

function roughly(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 10) return `${seconds} s`;
  if (seconds < 90) return `${Math.round(seconds / 5) * 5} s`;
  return `${Math.round(seconds / 60)} min`;
}
