import { verdictLine } from "../../reports/terminal.ts";
import type { TrialResult, Verdict } from "../model/results.ts";
import { UsageError } from "../words/errors.ts";
import type { Arguments, OptionSpec } from "./options.ts";

/** How much is told while a run goes on, and at its end. */

export type Verbosity = "quiet" | "usual" | "verbose";

export const verbosityOptions = {
  quiet: { help: "no progress, no matrix: what is unexpected, and the result" },
  verbose: { help: "print each verdict as it falls" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export function verbosity(args: Arguments): Verbosity {
  const [quiet, verbose] = [args.flag("quiet"), args.flag("verbose")];
  if (quiet && verbose) throw new UsageError("--quiet and --verbose contradict each other");
  return quiet ? "quiet" : verbose ? "verbose" : "usual";
}

const unexpected: readonly Verdict[] = ["fail", "error", "inconclusive", "warn"];
/** Of one verdict: when a resolver dies, thousands of trials fail alike. */
const mostTold = 20;

/** Tells verdicts as they fall: what is unexpected, or all. */
export function verdictTeller(
  detail: Verbosity,
  tell: (line: string) => void,
  options: Parameters<typeof verdictLine>[1],
): (result: TrialResult) => void {
  const counts = new Map<Verdict, number>();
  return (result) => {
    const { verdict, role } = result;
    if (detail === "quiet") return;
    if (detail === "verbose") return tell(verdictLine(result, options));
    // What a twin says is told by its trial.
    if (role === "twin" || !unexpected.includes(verdict)) return;
    const count = (counts.get(verdict) ?? 0) + 1;
    counts.set(verdict, count);
    if (count <= mostTold) tell(verdictLine(result, options));
    if (count === mostTold) tell(`further verdicts "${verdict}" are told at the end`);
  };
}
