import type { Results, TrialResult } from "../../harness/model/results.ts";

/** What programs limit as they like, as measured: scenarios that try one value each, put side by side. */
export interface Limit {
  /** "NSEC3 iterations" */
  readonly of: string;
  /** All values that were tried, ascending. */
  readonly tried: readonly number[];
  /** Resolvers that did the same stand together. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly resolvers: readonly string[];
  readonly spans: readonly Span[];
}

/** Values tried, one after the other, with one and the same outcome. */
export interface Span {
  readonly outcome: TrialResult["outcome"];
  readonly from: number;
  readonly to: number;
}

export function limitsOf({ scenarios, trials }: Results): readonly Limit[] {
  const byScenario = Map.groupBy(trials, ({ scenario }) => scenario);
  const tries = scenarios.flatMap(({ id, measure }) =>
    measure ? (byScenario.get(id) ?? []).map((trial) => ({ ...measure, trial })) : [],
  );
  return [...Map.groupBy(tries, ({ of }) => of)].map(([of, own]) => {
    const ordered = own.toSorted((a, b) => a.value - b.value);
    const byResolver = Map.groupBy(ordered, ({ trial }) => trial.resolver);
    const found = [...byResolver].map(([resolver, these]) => ({ resolver, spans: spansOf(these) }));
    const alike = Map.groupBy(found, ({ spans }) => spansText({ spans }));
    return {
      of,
      tried: [...new Set(ordered.map(({ value }) => value))],
      findings: [...alike.values()].map((same) => ({
        resolvers: same.map(({ resolver }) => resolver),
        spans: same[0]?.spans ?? [],
      })),
    };
  });
}

function spansOf(tries: readonly { readonly value: number; readonly trial: TrialResult }[]): readonly Span[] {
  const spans: Span[] = [];
  for (const { value, trial } of tries) {
    // The first question is the one with DO.
    const outcome = trial.steps?.[0]?.outcome ?? trial.outcome;
    const last = spans.at(-1);
    if (last?.outcome === outcome) spans[spans.length - 1] = { ...last, to: value };
    else spans.push({ outcome, from: value, to: value });
  }
  return spans;
}

/** "secure to 50, insecure at 51, bogus from 100" */
export function spansText({ spans }: Pick<Finding, "spans">): string {
  if (spans.length === 1) return `${spans[0]?.outcome ?? "not known"} throughout`;
  return spans
    .map(({ outcome, from, to }, index) => {
      const where =
        index === 0
          ? `to ${to}`
          : index === spans.length - 1
            ? `from ${from}`
            : from === to
              ? `at ${from}`
              : `from ${from} to ${to}`;
      return `${outcome ?? "not known"} ${where}`;
    })
    .join(", ");
}
