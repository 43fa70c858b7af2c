import * as z from "zod";
import {
  type Expectation,
  faultNames,
  type FurtherZone,
  type MxHost,
  type Outcome,
  outcomes,
  type Policy,
  type Scenario,
  serverBehaviours,
  type ZoneSpec,
} from "../model/scenario.ts";
import { selfSigned, tlsa } from "../vocabulary.ts";
import { UsageError } from "../words/errors.ts";
import { nearest } from "../words/nearest.ts";

/**
 * From the text of a scenario file to whole scenarios: fields are checked, the base set-up is filled in, and what
 * follows from a rule is added.
 */

const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const name = z.string().min(1);
const octet = z.int().min(0).max(255);
const expectation = z.object({
  level: z.enum(["must", "should", "open"]),
  permitted: z.array(z.enum(outcomes)).min(1),
  never: z.array(z.enum(outcomes)),
  leaks: z.enum(["on-the-wire", "to-the-attacker"]).optional(),
});
const authority = z.enum(["private", "public", "other"]);
const certificateRef = z.enum([
  "leaf",
  "previous-leaf",
  "intermediate",
  "root",
  ...(["private", "public", "other"] as const).flatMap((of) => [`${of}-intermediate`, `${of}-root`] as const),
]);
const certificate = z.strictObject({
  kind: z.enum(["self-signed", "dv", "ev"]),
  key: z.enum(["p256", "p384", "rsa2048", "ed25519"]),
  names: z.array(name),
  commonName: name.nullable(),
  notBefore: z.number(),
  notAfter: z.number(),
  authority,
  intermediateIsCa: z.boolean(),
  sends: z.array(certificateRef).min(1),
  keyLost: z.boolean(),
});
const tlsaSpec = z.strictObject({
  usage: octet,
  selector: octet,
  matchingType: octet,
  data: z.union([
    z.strictObject({
      from: certificateRef,
      selector: z.union([z.literal(0), z.literal(1)]),
      matchingType: z.union([z.literal(0), z.literal(1), z.literal(2)]),
      matches: z.boolean(),
      octets: z.int().min(0).optional(),
    }),
    z.strictObject({ hex: z.string().regex(/^([0-9a-fA-F]{2})*$/, "must be hexadecimal") }),
  ]),
});
const attacker = z.union([
  z.strictObject({ does: z.enum(["strip-starttls", "starttls-454", "abort-handshake"]) }),
  z.strictObject({ does: z.literal("intercept"), certificate }),
]);
const mx = z.strictObject({
  host: name.optional(),
  zone: name.optional(),
  alias: z.union([name, z.strictObject({ name, zone: name })]).optional(),
  preference: z.int().min(0).max(65535).optional(),
  addresses: z.enum(["both", "ipv4", "ipv6"]).optional(),
  certificate: certificate.optional(),
  sni: z.record(z.string(), certificate).optional(),
  tlsa: z
    .array(z.union([z.string().regex(/^\d{1,3} \d{1,3} \d{1,3}$/, 'must be like "3 1 1"'), tlsaSpec]))
    .optional(),
  tlsaAt: z.enum(["host", "alias"]).optional(),
  server: z.enum(serverBehaviours).optional(),
  attacker: attacker.optional(),
});
const zoneFields = {
  unsigned: z.boolean().optional(),
  algorithm: z.union([z.literal(8), z.literal(13), z.literal(14), z.literal(15)]).optional(),
  keys: z.enum(["single", "ksk+zsk"]).optional(),
  denial: z
    .union([
      z.strictObject({ type: z.literal("nsec") }),
      z.strictObject({
        type: z.literal("nsec3"),
        iterations: z.int().min(0).max(65535),
        salt: z.string().regex(/^([0-9a-fA-F]{2})*$/),
        optOut: z.boolean(),
      }),
    ])
    .optional(),
  records: z
    .array(
      z.strictObject({ name, type: z.enum(["A", "AAAA", "MX", "CNAME", "DNAME", "TXT", "NS"]), data: name }),
    )
    .optional(),
  faults: z
    .array(z.strictObject({ fault: z.enum(faultNames), type: name.optional(), name: name.optional() }))
    .optional(),
};
const zone = z.strictObject(zoneFields);
const scenario = z.strictObject({
  id: z
    .string()
    .max(40)
    .regex(label, "must be lower case letters, digits and hyphens: it becomes a DNS label"),
  title: name,
  why: name.optional(),
  cites: z.array(z.string().regex(/^RFC \d+( \S.*)?$/, 'must be like "RFC 7672 3.1.1"')).min(1),
  canary: z.boolean().optional(),
  recipient: name.optional(),
  zone: zone.optional(),
  zones: z
    .record(z.string().regex(label), z.strictObject({ ...zoneFields, under: z.literal("tld").optional() }))
    .optional(),
  mx: z.union([mx, z.array(mx).min(1)]).optional(),
  attempts: z.int().min(1).max(5).optional(),
  expect: z.strictObject({
    dane: expectation.optional(),
    "dane-only": expectation.optional(),
    may: expectation.optional(),
    control: expectation.optional(),
    verify: expectation.optional(),
  }),
  sni: name.optional(),
});
const file = z.strictObject({
  danelab: z.literal(1),
  group: z.string().regex(label, "must be lower case letters, digits and hyphens"),
  scenarios: z.array(z.unknown()).min(1),
});

type ScenarioText = z.infer<typeof scenario>;
type ZoneText = z.infer<typeof zone>;
type MxText = z.infer<typeof mx>;

/** UsageError names file, scenario and field. */
export function checkFile(content: unknown, shown: string): readonly Scenario[] {
  const parsed = file.safeParse(content);
  if (!parsed.success) {
    throw new UsageError(
      `${shown}: export default scenarios("group", [...]) is missing or wrong: ${explain(parsed.error, content)}`,
    );
  }
  return parsed.data.scenarios.map((text, index) => {
    const where = `${shown}: ${idOf(text) ?? `scenario ${index + 1}`}`;
    const checked = scenario.safeParse(text);
    if (!checked.success) throw new UsageError(`${where}: ${explain(checked.error, text)}`);
    const whole = complete(checked.data, parsed.data.group, shown);
    const problem = contradiction(whole);
    if (problem) throw new UsageError(`${where}: ${problem}`);
    return whole;
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
  ...Object.keys(certificate.shape),
  ...Object.keys(scenario.shape.expect.shape),
];

/** The first problem, in one line: the field, what is wrong, and what may have been meant. */
function explain(error: z.ZodError, content: unknown): string {
  const [issue] = deepest(error.issues, content);
  if (!issue) return error.message;
  const at = issue.path.map(String).join(".") || "the file";
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const close = nearest(key, fields);
    return `field "${[...issue.path, key].map(String).join(".")}" is not known${close ? `; did you mean "${close}"?` : ""}`;
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

function zoneOf(text: ZoneText): ZoneSpec {
  return {
    signed: text.unsigned !== true,
    algorithm: text.algorithm ?? 13,
    keys: text.keys ?? "ksk+zsk",
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
    alias:
      text.alias === undefined
        ? null
        : typeof text.alias === "string"
          ? { name: text.alias, zone: "@" }
          : text.alias,
    preference: text.preference ?? 10 * (index + 1),
    addresses: text.addresses ?? "both",
    certificate: text.certificate ?? selfSigned(),
    sni: text.sni ?? {},
    tlsa: (text.tlsa ?? ["3 1 1"]).map((one) => {
      if (typeof one === "string") return tlsa(one);
      const { data } = one;
      if ("hex" in data) return { ...one, data };
      const { octets, ...rest } = data;
      return { ...one, data: octets === undefined ? rest : { ...rest, octets } };
    }),
    tlsaAt: text.tlsaAt ?? "host",
    server: text.server ?? "normal",
    attacker: text.attacker ?? null,
  };
}

function complete(text: ScenarioText, group: string, shown: string): Scenario {
  const hosts = text.mx === undefined ? [{}] : Array.isArray(text.mx) ? text.mx : [text.mx];
  const zones: Record<string, ZoneSpec | FurtherZone> = { "@": zoneOf(text.zone ?? {}) };
  for (const [key, { under, ...further }] of Object.entries(text.zones ?? {})) {
    zones[key] = { ...zoneOf(further), under: under ?? "@" };
  }
  return {
    id: text.id,
    group,
    title: text.title,
    why: text.why ?? null,
    cites: text.cites,
    canary: text.canary ?? false,
    recipient: text.recipient ?? "@",
    zones,
    mx: hosts.map((host, index) => hostOf(host, index, hosts.length > 1)),
    attempts: text.attempts ?? 1,
    expect: expectations(text.expect),
    sni: text.sni ?? null,
    file: shown,
  };
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
  verify,
}: ScenarioText["expect"]): Scenario["expect"] {
  const all: Partial<Record<Policy, Expectation>> = {};
  if (dane) all.dane = exact(dane);
  if (daneOnly) all["dane-only"] = exact(daneOnly);
  else if (dane) all["dane-only"] = mandatory(exact(dane));
  const plain = control ?? may;
  all.may = plain ? exact(plain) : { level: "must", permitted: ["encrypted"], never: [] };
  if (verify) all.verify = exact(verify);
  return all;
}

/** RFC 7672 section 6, 2.2: with mandatory DANE, what is not authenticated is delayed. */
export function mandatory(dane: Expectation): Expectation {
  const permitted = new Set(
    dane.permitted.map(
      (outcome): Outcome => (outcome === "encrypted" || outcome === "cleartext" ? "deferred" : outcome),
    ),
  );
  return {
    level: permitted.size === 1 && permitted.has("deferred") ? "must" : dane.level,
    permitted: [...permitted],
    never: [...new Set<Outcome>([...dane.never, "encrypted", "cleartext"])],
  };
}

/** What makes no sense though every field is right by itself. */
function contradiction(scenario: Scenario): string | null {
  const { expect, mx: hosts, zones } = scenario;
  const attacked = hosts.some(({ attacker: one }) => one !== null);
  if (!expect.dane && !expect["dane-only"])
    return 'field "expect.dane": is missing: what does the RFC permit?';
  if (attacked && !expect.may?.leaks)
    return 'field "expect.control": is missing: an attack must say what a sender without DANE loses';
  if (!attacked && (expect.may?.leaks || expect.verify))
    return "there is no attacker, so that a control has nothing to lose";
  for (const host of hosts) {
    for (const key of [host.zone, host.alias?.zone]) {
      if (key !== undefined && !(key in zones))
        return `field "mx.zone": there is no zone "${key}"; there are ${Object.keys(zones).join(", ")}`;
    }
    if (host.tlsaAt === "alias" && !host.alias) return 'field "mx.tlsaAt": the host has no alias';
  }
  for (const [key, { signed, faults }] of Object.entries(zones)) {
    if (!signed && faults.length > 0) return `zone "${key}": is unsigned, so that no fault can strike it`;
  }
  for (const [policy, { permitted, never }] of Object.entries(expect)) {
    const both = permitted.find((outcome) => never.includes(outcome));
    if (both) return `field "expect.${policy}": ${both} is both permitted and forbidden`;
  }
  return null;
}
