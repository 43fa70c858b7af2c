import { HarnessError } from "../words/errors.ts";
import type { Progress } from "./progress.ts";

/** Work that SIGINT and SIGTERM end in order; a second one ends the process at once. */
export async function interruptible<T>(
  progress: Pick<Progress, "note">,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(130);
    progress.note("interrupted: stopping the lab (once more to leave at once)");
    interrupt.abort(new HarnessError("interrupted"));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await work(interrupt.signal);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
