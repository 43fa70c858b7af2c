import type { TestedServer } from "./authority.ts";
import type { ReceiverFeature, SenderFeature } from "./features.ts";
import {
  type Expectation,
  type Outcome,
  outcomes,
  type Policy,
  policies,
  type Scenario,
  type SenderPolicy,
  senderPolicyOf,
  serversWithMemory,
} from "./scenario.ts";
import type { VerifierFeature } from "./verification.ts";

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
  /** The name server under test that has its zones; without it the lab's own. */
  readonly server?: TestedServer;
}

/** main: what the user asked for; control: added to show that an attack works; twin: added to show that authentication is real. */
export type Role = "main" | "control" | "twin";

/** loopback: the sender finds the validating resolver on its own loopback; network: past the farm's DNS relay. */
export type Reach = "loopback" | "network";

/** What a later step of a trial permits. */
export interface PlannedStep {
  readonly title: string;
  /** The policy that the message is sent under, where it is a new one in any case. */
  readonly as: Policy | null;
  /** Let cached answers run out first. */
  readonly afterTtl: boolean;
  readonly expectation: Expectation;
}

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
  /** The trial whose message this one shares; null: it has its own. */
  readonly carrier: string | null;
  /** RecipientDomain.key */
  readonly domain: string;
  /** The program at its MX, where the scenario names a real one: "exim@4.98". */
  readonly receiver?: string;
  readonly expectation: Expectation;
  /** What comes after that; most trials have no later step. */
  readonly steps: readonly PlannedStep[];
  readonly reach: Reach;
  /** A deferred message is tried again until it had this many attempts. */
  readonly attempts: number;
  /** Rounds and waits that it may take: what takes long is sent first. */
  readonly effort: number;
}

/** Why a sender, or the real server that it sends to, cannot do what a trial takes, as its driver says. */
export interface Inability {
  /** Without DANE it asks for no TLSA record: the run confirms it. */
  readonly lacks: "DANE" | "policy" | "set-up" | SenderFeature | ReceiverFeature | VerifierFeature;
  /** "exim@4.98 has no set-up dns-filter" */
  readonly reason: string;
}

/** A trial that is not run, as a program cannot do what it takes. */
export interface Unsupported extends Inability {
  readonly trial: Trial;
}

export interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly stacks: readonly Stack[];
  readonly domains: readonly RecipientDomain[];
  /** Those that are run. */
  readonly trials: readonly Trial[];
  /** Not in plans that were stored before there was such a thing. */
  readonly unsupported?: readonly Unsupported[];
}

export interface PlanOptions {
  readonly stacks: readonly Stack[];
  readonly policies: readonly Policy[];
  /** Why a sender cannot send a scenario's message under a policy; null: it can. Without it all can do all. */
  readonly inability?: (sender: Program, policy: SenderPolicy, scenario: Scenario) => Inability | null;
}

export function programId(program: Program): string {
  return `${program.name}@${program.version}`;
}

export function stackOf(sender: Program, resolver: Program): Stack {
  return { id: `${programId(sender)}+${programId(resolver)}`, sender, resolver };
}

/** A sender in a network namespace: each stack has one for each reach that its trials need. */
export function sendingHostOf({ stack, reach }: Pick<Trial, "stack" | "reach">): string {
  return reach === "loopback" ? stack : `${stack}/network`;
}

/** Where a control is exposed to what stands before the resolver, all others have theirs on loopback. */
export function reachOf({ resolver, expect }: Scenario, policy: Policy): Reach {
  if (policy === "oblivious" || policy === "credulous" || policy === "exposed") return "network";
  return resolver === null || expect.exposed ? "loopback" : "network";
}

export function isAttack({ mx, steps, expect, limit }: Scenario): boolean {
  const attacked = [mx, ...steps.map((step) => step.mx)].flat().some(({ attacker }) => attacker !== null);
  const loses = [expect, ...steps.map((step) => step.expect)].some((one) =>
    Object.values(one).some(({ leaks }) => leaks !== undefined),
  );
  return attacked || loses || limit !== null;
}

/**
 * The twin's TLSA records match nothing, so that no delivery may be authenticated. Where the trial itself may be delivered
 * without that, its twin may be too.
 */
function twinExpectation({ permitted }: Expectation): Expectation {
  const without = (["encrypted", "cleartext"] as const).filter((outcome) => permitted.includes(outcome));
  const allowed: readonly Outcome[] = ["deferred", "bounced", ...without];
  return {
    level: "must",
    permitted: allowed,
    never: outcomes.filter((outcome) => !allowed.includes(outcome)),
  };
}

/** Every TLSA record that matches is altered, also in what is forged: it no longer matches, but stays well-formed and usable. */
export function twinOf(scenario: Scenario): Scenario {
  const { mx, forged } = scenario;
  return { ...scenario, mx: altered(mx), forged: forged && { ...forged, mx: altered(forged.mx) } };
}

function altered(hosts: Scenario["mx"]): Scenario["mx"] {
  return hosts.map((host) => ({
    ...host,
    tlsa: host.tlsa.map((record) =>
      "from" in record.data ? { ...record, data: { ...record.data, matches: false } } : record,
    ),
  }));
}

/** The scenario as it is from its step on (0: from the start), with nothing to come. */
export function asOfStep(scenario: Scenario, step: number): Scenario {
  const later = scenario.steps[step - 1];
  const { zones, mx, expect, recipient, resolver } = later ?? scenario;
  return { ...scenario, zones, mx, expect, recipient, resolver, steps: [] };
}

/**
 * The step that a twin is made of: the first where a delivery may be authenticated, and some record matches. What is left
 * when an attack is over is a set-up as others are, which have their twins.
 */
function twinnedStep(scenario: Scenario, policy: Policy): number | undefined {
  const count = scenario.steps.filter(({ byRule }) => byRule !== true).length + 1;
  return Array.from({ length: count }, (_, step) => step).find((step) => {
    const { expect, mx } = asOfStep(scenario, step);
    return (
      (expect[policy]?.permitted.includes("authenticated") ?? false) &&
      mx.some((host) => host.tlsa.some(({ data }) => "from" in data && data.matches))
    );
  });
}

interface Entry {
  readonly policy: Policy;
  readonly role: Role;
  readonly expectation: Expectation;
}

/** Whether the attack must succeed under this policy, at first or in a later step: such a trial is a control. */
function mustLose({ expect, steps }: Scenario, policy: Policy): boolean {
  return [expect, ...steps.map((step) => step.expect)].some((one) => one[policy]?.leaks !== undefined);
}

function entriesOf(scenario: Scenario, selected: readonly Policy[]): readonly Entry[] {
  const entries = (of: readonly Policy[], role: Role): readonly Entry[] =>
    of.flatMap((policy) => {
      const expectation = scenario.expect[policy];
      return expectation ? [{ policy, role, expectation }] : [];
    });
  return [
    ...entries(
      policies.filter((policy) => mustLose(scenario, policy)),
      "control",
    ),
    ...entries(
      selected.filter((policy) => !mustLose(scenario, policy)),
      "main",
    ),
  ];
}

/** Whether the domain's servers behave differently as time goes on: then no two stacks may share it. */
function changes({ steps, zones, mx, resolver }: Scenario): boolean {
  const answers = [
    ...Object.values(zones).flatMap((zone) => zone.answers),
    ...(resolver?.answers ?? []),
    ...(resolver?.second ?? []),
  ];
  return (
    steps.length > 0 ||
    answers.some(({ times }) => times !== undefined) ||
    mx.some(({ server }) => serversWithMemory.some((one) => one === server))
  );
}

/** A server or name server that does not answer costs the sender's whole patience. */
function effortOf({ steps, attempts, mx, zones, resolver }: Scenario): number {
  const silent = [
    ...Object.values(zones).flatMap((zone) => zone.answers),
    ...(resolver?.answers ?? []),
    ...(resolver?.second ?? []),
  ];
  const odd = silent.length > 0 || mx.some(({ server }) => server !== "normal");
  return 2 * steps.length + (attempts - 1) + (odd ? 2 : 0);
}

function stepsOf(scenario: Scenario, policy: Policy): readonly PlannedStep[] {
  return scenario.steps.flatMap(({ title, as, afterTtl, expect }) => {
    const expectation = expect[as ?? policy];
    return expectation ? [{ title, as, afterTtl, expectation }] : [];
  });
}

export function plan(scenarios: readonly Scenario[], options: PlanOptions): Plan {
  const domains = new Map<string, RecipientDomain>();
  const trials: Trial[] = [];
  const unsupported: Unsupported[] = [];
  const usesNetwork = scenarios
    .filter(({ canary }) => !canary)
    .some((scenario) =>
      entriesOf(scenario, options.policies).some(({ policy }) => reachOf(scenario, policy) === "network"),
    );
  // A canary proves a sending host that is used.
  const used = scenarios.filter(({ canary, resolver }) => !canary || resolver === null || usesNetwork);

  /** Key of a trial's domain: one for all stacks, unless what one stack does changes what the next one finds. */
  const domainFor = (domain: RecipientDomain, stack: number): string => {
    const key = changes(domain.scenario) ? `${domain.key}-${stack + 1}` : domain.key;
    domains.set(key, { ...domain, key });
    return key;
  };

  for (const scenario of used) {
    const receiver = scenario.mx.map((host) => host.receiver).find((name) => name.includes("@"));
    const places = scenario.canary ? (["start", "end"] as const) : ([null] as const);
    for (const place of places) {
      for (const { policy, role, expectation } of entriesOf(scenario, options.policies)) {
        const twinned = role === "main" ? twinnedStep(scenario, policy) : undefined;
        const key = `${scenario.id}.${place ? `${policy}-${place}` : policy}`;
        const own: RecipientDomain = { key, scenario, policy, variant: place ?? "main" };
        const twin: RecipientDomain | undefined =
          twinned === undefined
            ? undefined
            : {
                key: `${key}-twin`,
                scenario: twinOf(asOfStep(scenario, twinned)),
                policy,
                variant: place ? `${place}-twin` : "twin",
              };

        for (const [index, stack] of options.stacks.entries()) {
          const id = [scenario.id, stack.id, policy, ...(place ? [place] : [])].join("/");
          const base = {
            scenario: scenario.id,
            ...(receiver === undefined ? {} : { receiver }),
            stack: stack.id,
            policy,
            canary: place,
            reach: reachOf(scenario, policy),
            attempts: scenario.attempts,
            effort: effortOf(scenario),
          };
          const steps = stepsOf(scenario, policy);
          const carrier =
            scenario.sharesMessageOf === null ? null : [scenario.sharesMessageOf, stack.id, policy].join("/");
          const trial = { ...base, id, role, of: null, carrier, domain: own.key, expectation, steps };
          const inability = inabilityOf(stack, scenario, policy, steps, options);
          if (inability) {
            unsupported.push({ trial, ...inability });
            continue;
          }
          trials.push({ ...trial, domain: domainFor(own, index) });
          if (twin) {
            trials.push({
              ...base,
              id: `${id}/twin`,
              role: "twin",
              of: id,
              carrier: null,
              domain: domainFor(twin, index),
              expectation: twinExpectation(twin.scenario.expect[policy] ?? expectation),
              steps: [],
            });
          }
        }
      }
    }
  }
  return {
    scenarios: used,
    stacks: options.stacks,
    domains: [...domains.values()],
    trials: trials.map((trial) => aboard(trial, trials)),
    unsupported,
  };
}

/** The first thing that the sender cannot do of what a trial takes, its later steps included. */
function inabilityOf(
  { sender }: Stack,
  scenario: Scenario,
  policy: Policy,
  steps: readonly PlannedStep[],
  { inability }: PlanOptions,
): Inability | null {
  const needed = new Set([policy, ...steps.map((step) => step.as ?? policy)].map(senderPolicyOf));
  const inabilities = [...needed].map((one) => inability?.(sender, one, scenario) ?? null);
  return inabilities.find((one) => one !== null) ?? null;
}

/** A trial whose carrier is not run has a message of its own. */
function aboard(trial: Trial, trials: readonly Trial[]): Trial {
  return trial.carrier === null || trials.some(({ id }) => id === trial.carrier)
    ? trial
    : { ...trial, carrier: null };
}
