import {
  type LookupScenario,
  lookupDomain,
  lookupOutcomes,
  lookupPlan,
  type PlannedQuestion,
} from "../model/lookup.ts";
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

/** Ways of asking a validating resolver with DO: itself, or the one behind which a name server stands. */
const validating: readonly PlannedQuestion["way"][] = ["DO", "by-unbound"];

/** What the zones are, by RFC 4035 4.3, must be among what is expected of who asks with DO. */
function contradicted(lookup: LookupScenario): readonly string[] {
  const { type, questions } = lookup;
  const world = compileWorld(lookupPlan([lookup], []), { subnet: 1, now: new Date() });
  const name = world.nameIn(lookupDomain(lookup), lookup.name, lookup.zone);
  return questions.flatMap(({ way, step = 0, expectation: { permitted } }) => {
    const { status } = world.recordsOf({ name, type }, step);
    if (!validating.includes(way) || status === "any" || permitted.includes(status)) return [];
    const then = step === 0 ? "" : `, after change ${step},`;
    return [`${name} ${type}${then} is ${status}, but ${permitted.join(" or ")} is expected`];
  });
}

/** Two that set up the same, and ask for the same in the same ways. */
function twice(lookups: readonly LookupScenario[]): readonly LintFinding[] {
  const seen = new Map<string, string>();
  return lookups.flatMap((lookup) => {
    const { domain, name, zone, type, questions } = lookup;
    const text = JSON.stringify([domain.zones, domain.mx, domain.steps, name, zone, type, questions]);
    const before = seen.get(text);
    seen.set(text, before ?? domain.id);
    return before === undefined ? [] : [findingOf(lookup, `differs in nothing from ${before}`)];
  });
}
