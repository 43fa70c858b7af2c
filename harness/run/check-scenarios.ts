import type * as z from "zod";
import { asOfStep, isAttack } from "../model/plan.ts";
import {
  type AnswerRule,
  type Expectation,
  type FurtherZone,
  type MxHost,
  type Outcome,
  type Policy,
  policies,
  type ResolverPath,
  type Scenario,
  type Step,
  type ZoneSpec,
} from "../model/scenario.ts";
import { must, selfSigned, tlsa } from "../vocabulary.ts";
import { UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import { certificateProblem } from "./check-certificates.ts";
import { withFurtherPolicies } from "./further-policies.ts";
import { certificate, type expectation, file, lookup, mx, scenario, step, zone } from "./scenario-fields.ts";

/**
 * From the text of a scenario file to whole scenarios: fields are checked, the base set-up is filled in, and what
 * follows from a rule is added.
 */

type ScenarioText = z.infer<typeof scenario>;
type ZoneText = z.infer<typeof zone>;
type MxText = z.infer<typeof mx>;
type StepText = z.infer<typeof step>;

/** UsageError names file, scenario and field. */
export function checkFile(content: unknown, shown: string): readonly Scenario[] {
  return checkList(content, shown, file, scenario, (text, group, where) => {
    const whole = completed(text, group, shown);
    const problem = contradiction(whole);
    if (problem) throw new UsageError(`${where}: ${problem}`);
    // A scenario that writes its own steps, and be it none, says itself what becomes of the attack.
    return withFurtherPolicies(text.steps === undefined ? withEndOfAttack(whole, text.expect.after) : whole);
  });
}

interface FileOf {
  readonly group: string;
  readonly scenarios: readonly unknown[];
}

/** Every scenario of a file, its fields checked, made whole by `make`. */
export function checkList<F extends FileOf, T, S>(
  content: unknown,
  shown: string,
  form: z.ZodType<F>,
  fieldsOf: z.ZodType<T>,
  make: (text: T, group: string, where: string) => S,
): readonly S[] {
  const parsed = form.safeParse(content);
  if (!parsed.success) {
    throw new UsageError(
      `${shown}: export default scenarios("group", [...]) is missing or wrong: ${explain(parsed.error, content)}`,
    );
  }
  return parsed.data.scenarios.map((text, index) => {
    const where = `${shown}: ${idOf(text) ?? `scenario ${index + 1}`}`;
    const checked = fieldsOf.safeParse(text);
    if (!checked.success) throw new UsageError(`${where}: ${explain(checked.error, text)}`);
    return make(checked.data, parsed.data.group, where);
  });
}

function idOf(text: unknown): string | undefined {
  return typeof text === "object" && text !== null && "id" in text && typeof text.id === "string"
    ? text.id
    : undefined;
}

const fields: readonly string[] = [
  ...Object.keys(scenario.shape),
  ...Object.keys(mx.shape),
  ...Object.keys(zone.shape),
  ...Object.keys(step.shape),
  ...Object.keys(certificate.shape),
  ...Object.keys(scenario.shape.expect.shape),
  ...Object.keys(lookup.shape),
];

/** The first problem, in one line: the field, what is wrong, and what may have been meant. */
function explain(error: z.ZodError, content: unknown): string {
  const issues = deepest(error.issues, content);
  // A misspelt field is missing too: what was written is what the reader looks for.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (!issue) return error.message;
  const at = issue.path.map(String).join(".") || "the file";
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return `field "${[...issue.path, key].map(String).join(".")}" is not known${meant(key, fields)}`;
  }
  return `field "${at}": ${issue.message}`;
}

/** Of a field that may have several forms, what is wrong with the form that was nearly right. */
function deepest(issues: readonly z.core.$ZodIssue[], content: unknown): readonly z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== "invalid_union") return [issue];
    const inner = issue.errors
      .map((branch) =>
        deepest(branch, content).map((one) => ({ ...one, path: [...issue.path, ...one.path] })),
      )
      .filter((branch) => branch.length > 0)
      .sort((a, b) => a.length - b.length || (b[0]?.path.length ?? 0) - (a[0]?.path.length ?? 0));
    const right = inner.find(
      (branch) => branch[0]?.code !== "invalid_type" || branch[0].path.length > issue.path.length,
    );
    return right ?? inner[0] ?? [issue];
  });
}

/** Zones of a scenario with steps live shortly, so that what changes is seen soon. */
const ttls = { lasting: 60, changing: 1 } as const;

/** Zod makes absent fields undefined, which the model does not know. */
function answersOf(
  rules: readonly { [field in keyof AnswerRule]: AnswerRule[field] | undefined }[] | undefined,
): readonly AnswerRule[] {
  return (rules ?? []).flatMap(({ does, type, name, times }) =>
    does === undefined
      ? []
      : [
          {
            does,
            ...(type === undefined ? {} : { type }),
            ...(name === undefined ? {} : { name }),
            ...(times === undefined ? {} : { times }),
          },
        ],
  );
}

function zoneOf(text: ZoneText, ttl: number): ZoneSpec {
  return {
    signed: text.unsigned !== true,
    ttl: text.ttl ?? ttl,
    answers: answersOf(text.answers),
    algorithm: text.algorithm ?? 13,
    keys: text.keys ?? "ksk+zsk",
    dsDigests: text.dsDigests ?? [2],
    denial: text.denial ?? { type: "nsec" },
    records: text.records ?? [],
    faults: (text.faults ?? []).map(({ fault, type, name: owner }) => ({
      fault,
      ...(type === undefined ? {} : { type }),
      ...(owner === undefined ? {} : { name: owner }),
    })),
  };
}

function hostOf(text: MxText, index: number, several: boolean): MxHost {
  return {
    name: text.host ?? (several ? `mx${index + 1}` : "mx"),
    zone: text.zone ?? "@",
    alias: aliasOf(text.alias),
    preference: text.preference ?? 10 * (index + 1),
    published: text.published ?? true,
    port: text.port ?? 25,
    addresses: text.addresses ?? "both",
    certificate: text.certificate ?? selfSigned(),
    furtherCertificates: text.furtherCertificates ?? [],
    sni: text.sni ?? {},
    tlsa: (text.tlsa ?? ["3 1 1"]).map((one) => (typeof one === "string" ? tlsa(one) : one)),
    tlsaAt: text.tlsaAt ?? "host",
    receiver: text.receiver ?? "recording",
    server: text.server ?? "normal",
    attacker: text.attacker ?? null,
    hostile: text.hostile ?? false,
  };
}

function aliasOf(text: MxText["alias"]): MxHost["alias"] {
  if (text === undefined) return null;
  if (typeof text === "string") return { name: text, zone: "@", target: "{mx}" };
  return {
    name: text.name,
    zone: text.zone ?? "@",
    target: text.target === undefined ? "{mx}" : text.target,
  };
}

function zonesOf(text: Pick<ScenarioText, "zone" | "zones">, ttl: number): Scenario["zones"] {
  const zones: Record<string, ZoneSpec | FurtherZone> = { "@": zoneOf(text.zone ?? {}, ttl) };
  for (const [key, { under, origin, ...further }] of Object.entries(text.zones ?? {})) {
    zones[key] = { ...zoneOf(further, ttl), under: under ?? "@", origin: origin ?? key };
  }
  return zones;
}

function hostsOf(text: ScenarioText["mx"]): readonly MxHost[] {
  const hosts = text === undefined ? [{}] : Array.isArray(text) ? text : [text];
  return hosts.map((host, index) => hostOf(host, index, hosts.length > 1));
}

/** A step says again only what it changes. */
function stepOf(text: StepText, before: ScenarioText, ttl: number): Step {
  return {
    title: text.title,
    zones: zonesOf({ zone: text.zone ?? before.zone, zones: text.zones ?? before.zones }, ttl),
    mx: hostsOf(text.mx ?? before.mx),
    recipient: text.recipient ?? before.recipient ?? "@",
    as: text.as ?? null,
    resolver: pathOf(before.resolver),
    afterTtl: text.afterTtl ?? true,
    expect: expectations(text.expect),
  };
}

/** The base set-up filled in, and what follows from it by rule. */
export function completed(text: ScenarioText, group: string, shown: string): Scenario {
  const steps = text.steps ?? [];
  const ttl = steps.length > 0 || endsOnce(text) ? ttls.changing : ttls.lasting;
  return {
    id: text.id,
    group,
    title: text.title,
    why: text.why ?? null,
    cites: text.cites,
    canary: text.canary ?? false,
    recipient: text.recipient ?? "@",
    zones: zonesOf(text, ttl),
    mx: hostsOf(text.mx),
    steps: steps.map((one) => stepOf(one, text, ttl)),
    route: text.route
      ? {
          to: text.route.to ?? (text.route.mx === true ? "@" : "mx"),
          mx: text.route.mx ?? false,
          port: text.route.port ?? 25,
        }
      : null,
    sharesMessageOf: text.sharesMessageOf ?? null,
    setup: text.setup ?? "plain",
    resolver: pathOf(text.resolver),
    forged: text.forged
      ? {
          zones: zonesOf(text.forged, ttl),
          mx: hostsOf(text.forged.mx).map((host) => ({ ...host, hostile: true })),
        }
      : null,
    limit: text.limit ?? null,
    watch: text.watch ?? [],
    recipientText: text.recipientText ?? null,
    attempts: text.attempts ?? 1,
    expect: expectations(text.expect),
    sni: text.sni ?? null,
    file: shown,
  };
}

function pathOf(text: ScenarioText["resolver"]): ResolverPath | null {
  if (!text) return null;
  return { answers: answersOf(text.answers), second: text.second ? answersOf(text.second) : null };
}

/** Whether it is an attack that DANE claims to stop: then it ends, and the message that waited is delivered. */
function endsOnce({ expect, limit, steps }: ScenarioText): boolean {
  const leaks = Object.values(expect).some((one) => one?.leaks !== undefined);
  return leaks && limit === undefined && steps === undefined;
}

/**
 * The end of an attack, as a step that follows by rule: attackers and what they forge are gone, the name servers and the way
 * to the resolver are as they should be.
 */
function withEndOfAttack(scenario: Scenario, after: z.infer<typeof expectation> | undefined): Scenario {
  if (!isAttack(scenario) || scenario.limit !== null) return scenario;
  const dane = after ? exact(after) : must("authenticated");
  const over: Step = {
    title: "the attack is over",
    zones: Object.fromEntries(
      Object.entries(scenario.zones).map(([key, zone]) => [key, { ...zone, answers: [] }]),
    ),
    mx: scenario.mx.map((host) => ({ ...host, attacker: null })),
    recipient: scenario.recipient,
    as: null,
    resolver: scenario.resolver ? { answers: [], second: null } : null,
    afterTtl: true,
    byRule: true,
    expect: { dane: plainly(dane), "dane-only": mandatory(plainly(dane)) },
  };
  return { ...scenario, steps: [over] };
}

function plainly({ level, permitted, never }: Expectation): Expectation {
  return { level, permitted, never };
}

/** Zod makes absent fields undefined, which the model does not know. */
function exact({ leaks, ...rest }: z.infer<typeof expectation>): Expectation {
  return leaks === undefined ? rest : { ...rest, leaks };
}

function expectations({
  dane,
  "dane-only": daneOnly,
  may,
  control,
  ...others
}: ScenarioText["expect"]): Scenario["expect"] {
  const all: Partial<Record<Policy, Expectation>> = {};
  if (dane) all.dane = exact(dane);
  if (daneOnly) all["dane-only"] = neverUnauthenticated(exact(daneOnly));
  else if (dane) all["dane-only"] = mandatory(exact(dane));
  const plain = control ?? may;
  all.may = plain ? exact(plain) : { level: "must", permitted: ["encrypted"], never: [] };
  for (const policy of ["encrypt", "verify", "secure", "oblivious", "credulous", "exposed"] as const) {
    const expectation = others[policy];
    if (expectation) all[policy] = exact(expectation);
  }
  return all;
}

/** RFC 7672 section 6, 2.2: with mandatory DANE, what is not authenticated is delayed. */
export function mandatory(dane: Expectation): Expectation {
  const isDelayed = (outcome: Outcome): boolean => outcome === "encrypted" || outcome === "cleartext";
  const permitted = new Set(
    dane.permitted.map((outcome): Outcome => (isDelayed(outcome) ? "deferred" : outcome)),
  );
  return neverUnauthenticated({
    // Only what follows from this rule is more binding than `dane` itself.
    level: dane.permitted.some(isDelayed) && permitted.size === 1 ? "must" : dane.level,
    permitted: [...permitted],
    // A floor may forbid the delay that follows here, as of mail that must be delivered.
    never: dane.never.filter((outcome) => !permitted.has(outcome)),
  });
}

/** The floor of mandatory DANE, whatever the level is. */
function neverUnauthenticated(expectation: Expectation): Expectation {
  const { permitted, never } = expectation;
  const floor = (["encrypted", "cleartext"] as const).filter((outcome) => !permitted.includes(outcome));
  return { ...expectation, never: [...new Set<Outcome>([...never, ...floor])] };
}

/** Whether the zones that delegate it lead to the main zone or the TLD. */
function isDelegated(key: string, zones: Scenario["zones"], seen: readonly string[] = []): boolean {
  if (key === "@" || key === "tld") return true;
  const zone = zones[key];
  if (!zone || !("under" in zone) || seen.includes(key)) return false;
  return isDelegated(zone.under, zones, [...seen, key]);
}

/** What makes no sense though every field is right by itself, at first or in a later step. */
export function contradiction(scenario: Scenario): string | null {
  const first = contradictionIn(scenario);
  if (first) return first;
  for (const [index, { title, as, expect }] of scenario.steps.entries()) {
    const needed = [...policies.filter((policy) => scenario.expect[policy]), ...(as ? [as] : [])];
    const silent = needed.find((policy) => !expect[policy]);
    const problem = silent
      ? `field "expect.${silent}": is missing`
      : contradictionIn(asOfStep(scenario, index + 1));
    if (problem) return `step "${title}": ${problem}`;
  }
  return null;
}

function answered(zones: Scenario["zones"]): boolean {
  return Object.values(zones).some(({ answers }) => answers.length > 0);
}

/** A real server is as it is. */
function receiverProblem({ receiver, server, hostile }: MxHost, setup: Scenario["setup"]): string | null {
  if (receiver === "recording") return null;
  if (server !== "normal") return `field "mx.server": a real server cannot be told to be "${server}"`;
  if (hostile) return 'field "mx.receiver": the attacker\'s own server is the recording one';
  // The farm does not see where one message ends and the next begins.
  if (setup === "caches")
    return `field "mx.receiver": a connection to a real server that is kept cannot be told in parts`;
  return null;
}

function contradictionIn({
  expect,
  mx: hosts,
  zones,
  resolver,
  forged,
  limit,
  setup,
}: Scenario): string | null {
  const attacked = hosts.some(({ attacker: one }) => one !== null);
  const loses = Object.values(expect).some(({ leaks }) => leaks !== undefined);
  const forges = [...Object.values(zones).map((zone) => zone.answers), resolver?.answers ?? []]
    .flat()
    .some(({ does }) => does === "forge" || does === "forge-ad");
  if (!expect.dane && !expect["dane-only"])
    return 'field "expect.dane": is missing: what does the RFC permit?';
  if (attacked && !loses && limit === null)
    return 'field "expect.control": is missing: an attack must say what a sender without DANE loses';
  if (forges !== (forged !== null))
    return forges
      ? 'field "forged": is missing: what does the attacker say?'
      : 'field "forged": no answer is forged';
  if (!attacked && !forges && resolver === null && !answered(zones) && loses)
    return "there is no attacker, so that a control has nothing to lose";
  if (expect.exposed && resolver === null)
    return 'field "resolver": is missing: what stands between the exposed sender and its resolver?';
  for (const host of hosts) {
    for (const key of [host.zone, host.alias?.zone]) {
      if (key !== undefined && !(key in zones))
        return `field "mx.zone": there is no zone "${key}"; there are ${Object.keys(zones).join(", ")}`;
    }
    if (!host.alias && [host.tlsaAt, ...host.tlsa.map(({ at }) => at)].includes("alias"))
      return 'field "mx.tlsaAt": the host has no alias';
    const problem = certificateProblem(host) ?? receiverProblem(host, setup);
    if (problem) return problem;
  }
  const lost = Object.keys(zones).find((key) => !isDelegated(key, zones));
  if (lost !== undefined)
    return `field "zones.${lost}.under": does not lead to "@" or "tld"; there are ${Object.keys(zones).join(", ")}`;
  for (const [key, { signed, faults }] of Object.entries(zones)) {
    if (!signed && faults.length > 0) return `zone "${key}": is unsigned, so that no fault can strike it`;
  }
  for (const [policy, { permitted, never }] of Object.entries(expect)) {
    const both = permitted.find((outcome) => never.includes(outcome));
    if (both) return `field "expect.${policy}": ${both} is both permitted and forbidden`;
  }
  return null;
}
