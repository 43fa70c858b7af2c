import { type LookupScenario, lookupDomain, lookupOutcomes, lookupPlan } from "../model/lookup.ts";
import { compileWorld } from "../world/world.ts";
import { type LintFinding, wordsProblems } from "./lint.ts";

/** What is wrong with scenarios of lookups that are right by every field. */
export function lintLookups(lookups: readonly LookupScenario[]): readonly LintFinding[] {
  return [...lookups.flatMap((one) => alone(one).map((text) => findingOf(one, text))), ...twice(lookups)];
}

function findingOf({ domain: { file, id } }: LookupScenario, text: string): LintFinding {
  return { file, scenario: id, text };
}

function alone(lookup: LookupScenario): readonly string[] {
  return [...wordsProblems(lookup.domain), ...untellable(lookup), ...contradicted(lookup)];
}

function untellable({ questions }: LookupScenario): readonly string[] {
  return questions.flatMap(({ way, expectation: { permitted, never } }) =>
    never.length === 0 && lookupOutcomes.every((outcome) => permitted.includes(outcome))
      ? [`asked with ${way}, every outcome is permitted: no answer can break it`]
      : [],
  );
}

/** What the zones are, by RFC 4035 4.3, must be among what is expected of who asks with DO. */
function contradicted(lookup: LookupScenario): readonly string[] {
  const { status, name } = statusOf(lookup);
  const expected = lookup.questions.find(({ way }) => way === "DO")?.expectation;
  if (!expected || status === "any" || expected.permitted.includes(status)) return [];
  return [`${name} ${lookup.type} is ${status}, but ${expected.permitted.join(" or ")} is expected`];
}

function statusOf(lookup: LookupScenario) {
  const world = compileWorld(lookupPlan([lookup], []), { subnet: 1, now: new Date() });
  const name = world.nameIn(lookupDomain(lookup), lookup.name, lookup.zone);
  return { name, status: world.recordsOf({ name, type: lookup.type }).status };
}

/** Two that set up the same, and ask for the same in the same ways. */
function twice(lookups: readonly LookupScenario[]): readonly LintFinding[] {
  const seen = new Map<string, string>();
  return lookups.flatMap((lookup) => {
    const { domain, name, zone, type, questions } = lookup;
    const text = JSON.stringify([domain.zones, domain.mx, name, zone, type, questions]);
    const before = seen.get(text);
    seen.set(text, before ?? domain.id);
    return before === undefined ? [] : [findingOf(lookup, `differs in nothing from ${before}`)];
  });
}
