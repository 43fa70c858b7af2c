import type {
  Change,
  Comparison,
  Difference,
  ProgramChange,
  RunName,
  TrialName,
} from "../../harness/model/comparison.ts";
import { stackIdOf } from "../shared/matrix.ts";
import { counted } from "../shared/summary.ts";

/** A comparison in words, alike in every form that it is told in. */

/** The same change of one scenario, wherever it happened. */
export interface Bundle {
  readonly first: Change;
  readonly differences: readonly Difference[];
  /** "postfix@3.10+unbound@1.26: dane, dane-only (twin)", one for each stack. */
  readonly places: readonly string[];
}

export function bundled(changes: readonly Change[]): readonly Bundle[] {
  const alike = Map.groupBy(changes, ({ after, differences, testChanged }) =>
    JSON.stringify([after.scenario, differences, testChanged]),
  );
  return [...alike.values()].flatMap((bundle) => {
    const [first] = bundle;
    if (!first) return [];
    const byStack = Map.groupBy(bundle, ({ after }) => stackIdOf(after));
    const places = [...byStack].map(([stack, own]) =>
      own.every(({ after }) => after.policy === "lookup" || after.policy === "verification")
        ? stack
        : `${stack}: ${own.map(({ after }) => kindOf(after)).join(", ")}`,
    );
    return [{ first, differences: worthTelling(first.differences), places }];
  });
}

export function kindOf({ policy, role, canary }: TrialName): string {
  const more = [...(role === "main" ? [] : [role]), ...(canary ? [canary] : [])];
  return more.length > 0 ? `${policy} (${more.join(", ")})` : policy;
}

/** A reason mostly says once more what became of the message; it is told where nothing else says it. */
function worthTelling(differences: readonly Difference[]): readonly Difference[] {
  const verdict = differences.some(({ what }) => what === "verdict");
  const outcome = differences.some(({ what }) => what === "outcome");
  return differences.filter(({ what }) => verdict || !outcome || what !== "reasons");
}

/** The scenarios of these trials by stack, in their order, the first of them by name. */
export function listedByStack(trials: readonly TrialName[], most: number): readonly string[] {
  const byStack = Map.groupBy(trials, stackIdOf);
  return [...byStack].map(([stack, own]) => {
    const scenarios = [...new Set(own.map(({ scenario }) => scenario))];
    const more = scenarios.length - most;
    const named = [...scenarios.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])];
    return `${stack}, ${counted(own.length, "trial")}: ${named.join(", ")}`;
  });
}

export function runTold({ id, start, danelab, interrupted }: RunName): string {
  const when = start.slice(0, 16).replace("T", " ");
  return `run ${id} of ${when} UTC (danelab ${danelab}${interrupted ? "; it was interrupted" : ""})`;
}

export function programTold({ before, after, rebuilt }: ProgramChange): string {
  if (before === null) return `${after} is new`;
  if (after === null) return `${before} is gone`;
  return rebuilt ? `${after}: another image of the same package` : `${before} -> ${after}`;
}

/** What should be known before anything of it is believed. */
export function remarks(comparison: Comparison): readonly string[] {
  const { counterparts, withoutEvidence, programs, before, after } = comparison;
  return [
    ...counterparts.flatMap((pair) =>
      pair.after === pair.before ? [] : `${pair.after} is compared with ${pair.before}.`,
    ),
    ...(programs.length === 0 ? ["The programs are the same in both runs."] : []),
    ...(before.danelab === after.danelab ? [] : [`danelab ${before.danelab} -> ${after.danelab}.`]),
    ...(before.interrupted || after.interrupted ? ["A run that was interrupted is not complete."] : []),
    ...(withoutEvidence > 0
      ? [
          `Of ${counted(withoutEvidence, "trial")} the evidence is not at hand in both runs: there TLS versions and status codes are not compared.`,
        ]
      : []),
  ];
}

/** The result in one sentence. */
export function comparisonHeadline(comparison: Comparison): string {
  const { regressions, fixes, changed, added, gone, compared, same } = comparison;
  const said = [
    regressions.length === 0 ? "No regression" : counted(regressions.length, "regression"),
    ...(fixes.length > 0 ? [counted(fixes.length, "fix", "fixes")] : []),
    ...(changed.length > 0 ? [`${changed.length} changed in another way`] : []),
    ...(added.length > 0 ? [`${added.length} new`] : []),
    ...(gone.length > 0 ? [`${gone.length} gone`] : []),
  ];
  const rest = same === compared ? "all" : String(same);
  return `${said.join(", ")}; of ${counted(compared, "trial")} compared, ${rest} ${same === 1 ? "is" : "are"} the same.`;
}

export const sections = [
  { key: "regressions", title: "Regressions", meaning: "the verdict got worse, or the message leaks now" },
  { key: "fixes", title: "Fixes", meaning: "the verdict got better" },
  {
    key: "changed",
    title: "Changed in another way",
    meaning: "the verdict is as good as it was, but something differs",
  },
] as const;

export const testChangedTold = "The test itself is another one: its set-up or expectation changed.";
