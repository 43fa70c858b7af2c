import type { Results } from "../../../harness/model/results.ts";

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
