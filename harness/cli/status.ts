import type { Results } from "../model/results.ts";

/** 130 interrupted, 3 the harness could not tell, 1 something unexpected, 0 nothing unexpected. A `warn` breaks no MUST and stays 0. */
export function exitStatus({ run, trials }: Results): number {
  if (run.interrupted) return 130;
  const folded = trials.filter(({ role }) => role !== "twin");
  // A failed canary makes everything else an error; what is unexpected is the canary.
  if (folded.some(({ canary, verdict }) => canary !== null && verdict === "fail")) return 1;
  if (run.errors.length > 0 || folded.some(({ verdict }) => verdict === "error")) return 3;
  const unexpected = folded.some(({ verdict }) => verdict === "fail" || verdict === "inconclusive");
  return unexpected || run.staleDivergences.length > 0 ? 1 : 0;
}
