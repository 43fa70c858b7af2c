import type { Results, ScenarioResult } from "../../../harness/model/results.ts";

/** Sections that decide: what scenarios cite. */

/** Every section that is cited, and every RFC with more than one, in the order of a table of contents. */
export function citesOf({ scenarios }: Pick<Results, "scenarios">): readonly string[] {
  const cites = new Set(scenarios.flatMap((scenario) => scenario.cites));
  return [...cites].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** "RFC 7672 3.1" decides what "RFC 7672 3.1.1" does, not what "RFC 7672 3.10" does. */
export function isCited(cites: readonly string[], requirement: string): boolean {
  return cites.some(
    (cite) => cite.startsWith(requirement) && ["", " ", "."].includes(cite.charAt(requirement.length)),
  );
}

/** "RFC 7672 3.1.1" is of "RFC 7672". */
export function rfcsOf(cites: readonly string[]): readonly string[] {
  return [...new Set(cites.map((cite) => /^RFC \d+/.exec(cite)?.[0] ?? cite))];
}

/** What rests on a requirement, looked up again and again: by section once, not by scenario each time. */
export function scenariosCiting({
  scenarios,
}: Pick<Results, "scenarios">): (requirement: string) => readonly ScenarioResult[] {
  const byCite = new Map<string, Set<ScenarioResult>>();
  for (const scenario of scenarios)
    for (const cite of scenario.cites) byCite.set(cite, (byCite.get(cite) ?? new Set()).add(scenario));
  return (requirement) => {
    const found = [...byCite].filter(([cite]) => isCited([cite], requirement));
    return [...new Set(found.flatMap(([, own]) => [...own]))];
  };
}
