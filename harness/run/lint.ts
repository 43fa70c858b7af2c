import { isAttack, type Plan, plan, stackOf, twinOf } from "../model/plan.ts";
import { type Expectation, outcomes, type Scenario, type ZoneSpec } from "../model/scenario.ts";
import { compileWorld } from "../world/world.ts";

/**
 * What is wrong with scenarios that are right by every field: they would test nothing, or the same thing twice. One
 * function a rule; its words are the message.
 */
export interface LintFinding {
  readonly file: string;
  readonly scenario: string;
  readonly text: string;
}

type Rule = (scenario: Scenario) => readonly string[];

/** All findings, in the order of the scenarios. */
export function lint(scenarios: readonly Scenario[]): readonly LintFinding[] {
  const alone = scenarios.flatMap((scenario) =>
    rules.flatMap((rule) => rule(scenario)).map((text) => findingOf(scenario, text)),
  );
  return [...alone, ...twice(scenarios)];
}

function findingOf({ file, id }: Scenario, text: string): LintFinding {
  return { file, scenario: id, text };
}

/** Of every kind of scenario. */
export const wordsProblems: Rule = ({ title, cites }) => [
  ...(/[.!]$/.test(title) ? ["the title ends with a full stop"] : []),
  ...(title.length > 120
    ? [`the title has ${title.length} characters; at most 120 can be read at a glance`]
    : []),
  ...(new Set(cites).size < cites.length ? ["a section is cited twice"] : []),
];

const unnoticedFaults: Rule = (scenario) =>
  Object.entries(scenario.zones).flatMap(([key, zone]) =>
    zone.faults.flatMap((fault) => {
      const without = { ...zone, faults: zone.faults.filter((one) => one !== fault) };
      if (changesAnswers(scenario, key, without)) return [];
      const where = [fault.name, fault.type].filter(Boolean).join(" ");
      return [
        `the fault ${fault.fault}${where ? ` on ${where}` : ""} changes no answer that a sender asks for`,
      ];
    }),
  );

const unnoticedRecords: Rule = (scenario) =>
  Object.entries(scenario.zones).flatMap(([key, zone]) =>
    zone.records.flatMap((record) => {
      // Which MX hosts there are shows in where the mail goes, not in whether there is an answer.
      if (record.type === "MX" || record.type === "NS" || record.name === scenario.recipient) return [];
      const without = { ...zone, records: zone.records.filter((one) => one !== record) };
      if (changesAnswers(scenario, key, without)) return [];
      return [
        `the record ${record.name} ${record.type} ${record.data} changes no answer that a sender asks for`,
      ];
    }),
  );

const untellable: Rule = ({ expect, watch, sni }) =>
  Object.entries(expect).flatMap(([policy, expectation]) => [
    ...(permitsAll(expectation) ? [`expect.${policy} permits every outcome: no evidence can break it`] : []),
    ...(policy === "dane" &&
    sni !== null &&
    onlyUndelivered(expectation) &&
    expectation.permitted.includes("bounced")
      ? ["SNI is demanded, but no session needs to come as far as TLS"]
      : []),
    ...(policy === "dane" && watch.includes("no-envelope") && !expectation.permitted.includes("deferred")
      ? ["no-envelope is watched, but the message may not be deferred"]
      : []),
  ]);

/** Only a twin shows that an authenticated delivery is no empty claim. */
const twinless: Rule = (scenario) => {
  const wanted = scenario.expect.dane ?? scenario.expect["dane-only"];
  if (wanted?.level !== "must" || !wanted.permitted.every((one) => one === "authenticated")) return [];
  const twin = twinOf(scenario);
  return JSON.stringify(twin) === JSON.stringify(scenario)
    ? [
        "only authenticated delivery is permitted, but no TLSA record can be altered: an empty claim would pass",
      ]
    : [];
};

/** What DANE stops leaves nothing that is delivered without authentication; all else is a limit, and said to be one. */
const attacks: Rule = (scenario) => {
  const { limit, expect, zones, resolver, forged } = scenario;
  const wanted = expect.dane ?? expect["dane-only"];
  if (!isAttack(scenario) || !wanted) return [];
  const open = ["encrypted", "cleartext"].filter((outcome) =>
    wanted.permitted.some((one) => one === outcome),
  );
  const toldDifferently = forged !== null || Object.values(zones).some(({ answers }) => answers.length > 0);
  return [
    ...(limit === null && open.length > 0
      ? [`the attack may end in ${open.join(" or ")} with DANE: if DANE cannot stop it, give it a limit`]
      : []),
    ...(limit !== null && wanted.level !== "open"
      ? ["it has a limit, but what DANE does about it is not left open"]
      : []),
    ...(limit !== null && /[.!]$/.test(limit) ? ["the limit ends with a full stop"] : []),
    ...(["oblivious", "credulous"] as const).flatMap((policy) =>
      expect[policy] && !toldDifferently
        ? [`expect.${policy} is about resolvers, but no name server is attacked`]
        : [],
    ),
    ...(expect.exposed && resolver?.answers.length === 0
      ? ["expect.exposed: nothing stands between the sender and its resolver"]
      : []),
  ];
};

const rules: readonly Rule[] = [
  wordsProblems,
  unnoticedFaults,
  unnoticedRecords,
  untellable,
  twinless,
  attacks,
];

function permitsAll({ permitted, never, level }: Expectation): boolean {
  return level !== "open" && never.length === 0 && outcomes.every((outcome) => permitted.includes(outcome));
}

function onlyUndelivered({ permitted }: Expectation): boolean {
  return permitted.every((outcome) => outcome === "deferred" || outcome === "bounced");
}

/** What a resolver must find for all that a sender asks, as text. */
function answersOf(scenario: Scenario): string {
  const stack = stackOf({ name: "any", version: "0" }, { name: "any", version: "0" });
  const planned: Plan = plan([{ ...scenario, canary: false }], { stacks: [stack], policies: ["may"] });
  const world = compileWorld(planned, { subnet: 1, now: new Date() });
  const facts = planned.domains.map(({ key }) => world.domains.get(key)?.steps ?? []);
  return JSON.stringify(facts.flat().map(({ questions }) => questions));
}

function changesAnswers(scenario: Scenario, key: string, zone: ZoneSpec): boolean {
  const own = scenario.zones[key];
  const changed = own && "under" in own ? { ...zone, under: own.under } : zone;
  const without = { ...scenario, zones: { ...scenario.zones, [key]: changed } };
  try {
    return answersOf(scenario) !== answersOf(without);
  } catch {
    // Without it the scenario cannot even be made.
    return true;
  }
}

/** Two scenarios that differ in nothing but their words. */
function twice(scenarios: readonly Scenario[]): readonly LintFinding[] {
  const seen = new Map<string, Scenario>();
  return scenarios.flatMap((scenario) => {
    const {
      id: _id,
      group: _group,
      title: _title,
      why: _why,
      cites: _cites,
      file: _file,
      ...rest
    } = scenario;
    const text = JSON.stringify(rest);
    const before = seen.get(text);
    seen.set(text, before ?? scenario);
    return before ? [findingOf(scenario, `differs in nothing from ${before.id}`)] : [];
  });
}
