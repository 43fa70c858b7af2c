/** Where the harness tells what it does before the lab is up. */
export interface Tell {
  (line: string): void;
  /** For a line that is redrawn: what goes on at the moment; null: it is over. Without it only whole lines are told. */
  readonly now?: (text: string | null) => void;
}

/** How often a redrawn line is renewed, and how often else a line of its own is told. */
const redrawMs = 1_000;
const lineMs = 10_000;

/** Tells for how long the work has been going on and at which step it is: "building sender-postfix: step 3/5, 20 s". */
export async function telling<T>(
  tell: Tell,
  what: string,
  work: (step: (text: string) => void) => Promise<T>,
): Promise<T> {
  const began = Date.now();
  let step = "";
  const line = (): string =>
    `${what}: ${step ? `${step}, ` : ""}${Math.round((Date.now() - began) / 1000)} s`;
  const { now } = tell;
  const timer = now ? setInterval(() => now(line()), redrawMs) : setInterval(() => tell(line()), lineMs);
  try {
    return await work((text) => {
      step = text;
    });
  } finally {
    clearInterval(timer);
    now?.(null);
  }
}

/** The last line of what a program wrote, without mmdebstrap's "I: " and dots, short enough to stand in a line of progress. */
export function lastLine(text: string): string {
  const lines = text.trim().split(/\s*[\r\n]+\s*/);
  const line = (lines.at(-1) ?? "").replace(/^[IW]: /, "").replace(/[ .]+$/, "");
  return line.length <= 40 ? line : `${line.slice(0, 39)}…`;
}

/** The engine numbers the steps of a Dockerfile: "Step 3/5 : RUN apt-get update". */
export function buildStep(output: string): string | undefined {
  const [, step] = /^Step (\d+\/\d+) :/.exec(output) ?? [];
  return step === undefined ? undefined : `step ${step}`;
}
