import { type Expectation, type Policy, policies, type Scenario } from "./scenario.ts";

/** The first arrow of the pipeline: scenarios and implementations become trials. Pure. */

export interface Program {
  readonly name: string;
  readonly version: string;
}

/** A sender and the validating resolver on its loopback. */
export interface Stack {
  /** "postfix@3.10+unbound@1.26" */
  readonly id: string;
  readonly sender: Program;
  readonly resolver: Program;
}

/** Each policy and variant of a scenario has a recipient domain of its own, so that no cache or retry state of one touches another. */
export type Variant = "main" | "twin" | "start" | "start-twin" | "end" | "end-twin";

export interface RecipientDomain {
  /** "ee-expired.dane", "ee-expired.dane-twin", "canary-good.may-start" */
  readonly key: string;
  readonly scenario: Scenario;
  readonly policy: Policy;
  readonly variant: Variant;
}

/** main: what the user asked for; control: added to show that an attack works; twin: added to show that authentication is real. */
export type Role = "main" | "control" | "twin";

export interface Trial {
  /** "ee-expired/postfix@3.10+unbound@1.26/dane", with "/twin", "/start" or "/end" behind it where it is one. */
  readonly id: string;
  readonly scenario: string;
  readonly stack: string;
  readonly policy: Policy;
  readonly role: Role;
  readonly canary: "start" | "end" | null;
  /** For twins: the trial that this is the twin of. */
  readonly of: string | null;
  /** RecipientDomain.key */
  readonly domain: string;
  readonly expectation: Expectation;
  /** A deferred message is tried again until it had this many attempts. */
  readonly attempts: number;
}

export interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly stacks: readonly Stack[];
  readonly domains: readonly RecipientDomain[];
  readonly trials: readonly Trial[];
}

export interface PlanOptions {
  readonly stacks: readonly Stack[];
  readonly policies: readonly Policy[];
}

export function programId(program: Program): string {
  return `${program.name}@${program.version}`;
}

export function stackOf(sender: Program, resolver: Program): Stack {
  return { id: `${programId(sender)}+${programId(resolver)}`, sender, resolver };
}

export function isAttack(scenario: Scenario): boolean {
  return scenario.mx.some((host) => host.attacker !== null);
}

/** The twin's TLSA records match nothing: any delivery shows that the sender did not compare. */
const twinExpectation: Expectation = {
  level: "must",
  permitted: ["deferred", "bounced"],
  never: ["authenticated", "encrypted", "cleartext"],
};

/** Every TLSA record that matches is altered: it no longer matches, but stays well-formed and usable. */
export function twinOf(scenario: Scenario): Scenario {
  return {
    ...scenario,
    mx: scenario.mx.map((host) => ({
      ...host,
      tlsa: host.tlsa.map((record) =>
        "from" in record.data ? { ...record, data: { ...record.data, matches: false } } : record,
      ),
    })),
  };
}

/** A twin can be made where a delivery may be authenticated and some record matches. */
function hasTwin(scenario: Scenario, expectation: Expectation): boolean {
  return (
    expectation.permitted.includes("authenticated") &&
    scenario.mx.some((host) => host.tlsa.some(({ data }) => "from" in data && data.matches))
  );
}

interface Entry {
  readonly policy: Policy;
  readonly role: Role;
  readonly expectation: Expectation;
}

function entriesOf(scenario: Scenario, selected: readonly Policy[]): readonly Entry[] {
  const main = selected.flatMap((policy): Entry[] => {
    const expectation = scenario.expect[policy];
    if (!expectation || expectation.leaks) return [];
    return [{ policy, role: "main", expectation }];
  });
  if (!isAttack(scenario)) return main;
  const controls = policies.flatMap((policy): Entry[] => {
    const expectation = scenario.expect[policy];
    return expectation?.leaks ? [{ policy, role: "control", expectation }] : [];
  });
  return [...controls, ...main];
}

export function plan(scenarios: readonly Scenario[], options: PlanOptions): Plan {
  const domains: RecipientDomain[] = [];
  const trials: Trial[] = [];

  for (const scenario of scenarios) {
    const places = scenario.canary ? (["start", "end"] as const) : ([null] as const);
    for (const place of places) {
      for (const { policy, role, expectation } of entriesOf(scenario, options.policies)) {
        const twin = role === "main" && hasTwin(scenario, expectation);
        const domain: RecipientDomain = {
          key: `${scenario.id}.${place ? `${policy}-${place}` : policy}`,
          scenario,
          policy,
          variant: place ?? "main",
        };
        const twinDomain: RecipientDomain = {
          key: `${domain.key}-twin`,
          scenario: twinOf(scenario),
          policy,
          variant: place ? `${place}-twin` : "twin",
        };
        domains.push(domain, ...(twin ? [twinDomain] : []));
        for (const stack of options.stacks) {
          const id = [scenario.id, stack.id, policy, ...(place ? [place] : [])].join("/");
          const base = {
            scenario: scenario.id,
            stack: stack.id,
            policy,
            canary: place,
            attempts: scenario.attempts,
          };
          trials.push({ ...base, id, role, of: null, domain: domain.key, expectation });
          if (twin) {
            trials.push({
              ...base,
              id: `${id}/twin`,
              role: "twin",
              of: id,
              domain: twinDomain.key,
              expectation: twinExpectation,
            });
          }
        }
      }
    }
  }
  return { scenarios, stacks: options.stacks, domains, trials };
}
