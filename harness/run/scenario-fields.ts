import * as z from "zod";
import { askingWays, lookupOutcomes, serverWays } from "../model/lookup.ts";
import { probeWays } from "../model/probe.ts";
import {
  answerActions,
  authorityNames,
  caNames,
  chainNames,
  dnssecAlgorithms,
  faultNames,
  keyPurposes,
  keyTypes,
  keyUsages,
  oddExtensions,
  outcomes,
  pathAttacks,
  peculiarities,
  policies,
  receivers,
  refusals,
  senderSetups,
  serverBehaviours,
  watches,
} from "../model/scenario.ts";
import { nearest } from "../words/nearest.ts";

/** The fields that a scenario file may have, and what they may hold: harness/vocabulary.ts as zod sees it. */

const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const name = z.string().min(1);
const octet = z.int().min(0).max(255);
export const expectation = z.object({
  level: z.enum(["must", "should", "open"]),
  permitted: z.array(z.enum(outcomes)).min(1),
  never: z.array(z.enum(outcomes)),
  leaks: z.enum(["on-the-wire", "to-the-attacker"]).optional(),
});
const hexadecimal = z.string().regex(/^([0-9a-fA-F]{2})*$/, "must be hexadecimal");
const certificateRef = z.enum([
  "leaf",
  "previous-leaf",
  ...caNames,
  ...authorityNames.flatMap((of) => [`${of}-intermediate`, `${of}-root`] as const),
]);
export const certificate = z.strictObject({
  kind: z.enum(["self-signed", "dv", "ev"]),
  label: z.string(),
  key: z.enum(keyTypes),
  names: z.array(name),
  addresses: z.array(name),
  emails: z.array(name),
  commonName: name.nullable(),
  notBefore: z.number(),
  notAfter: z.number(),
  isCa: z.boolean(),
  keyUsage: z.array(z.enum(keyUsages)).nullable(),
  purposes: z.array(z.enum(keyPurposes)),
  oddExtensions: z.array(z.enum(oddExtensions)),
  padding: z.int().min(0).max(100_000),
  version: z.union([z.literal(1), z.literal(3)]),
  digest: z.enum(["usual", "sha1"]),
  authority: z.enum(authorityNames),
  chain: z.enum(chainNames),
  sends: z.array(certificateRef).min(1),
  keyLost: z.boolean(),
});
const tlsaSpec = z.strictObject({
  usage: octet,
  selector: octet,
  matchingType: octet,
  data: z.union([
    z.strictObject({
      certificate: z.exactOptional(certificate),
      from: certificateRef,
      selector: z.union([z.literal(0), z.literal(1)]),
      matchingType: z.union([z.literal(0), z.literal(1), z.literal(2)]),
      matches: z.boolean(),
      asText: z.exactOptional(z.boolean()),
      octets: z.exactOptional(z.int().min(0)),
      trailing: z.exactOptional(hexadecimal),
    }),
    z.strictObject({ hex: hexadecimal }),
    z.strictObject({ rdata: hexadecimal }),
  ]),
  at: z.exactOptional(name),
});
const attacker = z.union([
  z.strictObject({ does: z.enum(pathAttacks) }),
  z.strictObject({
    does: z.literal("intercept"),
    certificate,
    as: z.enum([...peculiarities, ...refusals]),
    appendsGenuine: z.exactOptional(z.literal(true)),
    alone: z.exactOptional(z.literal(true)),
  }),
]);
const answers = z.array(
  z.strictObject({
    does: z.enum(answerActions),
    type: name.optional(),
    name: name.optional(),
    times: z.int().min(1).optional(),
  }),
);
/** There are too many to list them. */
function unknownServer(input: unknown): string {
  const close = typeof input === "string" ? nearest(input, serverBehaviours) : undefined;
  return `there is no server ${JSON.stringify(input)}${close ? `; did you mean "${close}"?` : ""}`;
}

export const mx = z.strictObject({
  host: name.optional(),
  zone: name.optional(),
  alias: z
    .union([name, z.strictObject({ name, zone: name.optional(), target: name.nullable().optional() })])
    .optional(),
  preference: z.int().min(0).max(65535).optional(),
  published: z.boolean().optional(),
  port: z.int().min(1).max(65535).optional(),
  addresses: z.enum(["both", "ipv4", "ipv6", "none"]).optional(),
  certificate: certificate.optional(),
  furtherCertificates: z.array(certificate).optional(),
  sni: z.record(z.string(), certificate).optional(),
  tlsa: z
    .array(z.union([z.string().regex(/^\d{1,3} \d{1,3} \d{1,3}$/, 'must be like "3 1 1"'), tlsaSpec]))
    .optional(),
  tlsaAt: name.optional(),
  receiver: z.enum(receivers).optional(),
  server: z.enum(serverBehaviours, { error: ({ input }) => unknownServer(input) }).optional(),
  attacker: attacker.optional(),
  hostile: z.boolean().optional(),
});
const algorithm = z.literal(dnssecAlgorithms);
const zoneKey = z.strictObject({
  label: name,
  role: z.enum(["ksk", "zsk", "csk"]),
  algorithm: z.union([algorithm, z.literal("unknown")]),
  bits: z.int().min(512).max(4096),
  published: z.boolean(),
  signs: z.boolean(),
  ds: z.boolean(),
});
/** RFC 3597 5. */
const unknownType = z.templateLiteral(["TYPE", z.int()]);
const zoneFields = {
  unsigned: z.boolean().optional(),
  ttl: z.int().min(0).max(3600).optional(),
  answers: answers.optional(),
  algorithm: algorithm.optional(),
  keys: z.union([z.enum(["single", "ksk+zsk"]), z.array(zoneKey).min(1)]).optional(),
  dsDigests: z.array(octet).min(1).optional(),
  denial: z
    .union([
      z.strictObject({ type: z.literal("nsec") }),
      z.strictObject({ type: z.literal("compact"), names: z.array(name) }),
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
      z.strictObject({
        name,
        type: z.union([z.enum(["A", "AAAA", "MX", "CNAME", "DNAME", "TXT", "NS", "DS"]), unknownType]),
        data: name,
      }),
    )
    .optional(),
  faults: z
    .array(z.strictObject({ fault: z.enum(faultNames), type: name.optional(), name: name.optional() }))
    .optional(),
};
export const zone = z.strictObject(zoneFields);
const zones = z
  .record(
    z.string().regex(label),
    z.strictObject({ ...zoneFields, under: name.optional(), origin: name.optional() }),
  )
  .optional();
const hosts = z.union([mx, z.array(mx)]).optional();
const expect = z.strictObject({
  dane: expectation.optional(),
  "dane-only": expectation.optional(),
  may: expectation.optional(),
  control: expectation.optional(),
  encrypt: expectation.optional(),
  verify: expectation.optional(),
  secure: expectation.optional(),
  oblivious: expectation.optional(),
  credulous: expectation.optional(),
  exposed: expectation.optional(),
  after: expectation.optional(),
});
export const step = z.strictObject({
  title: name,
  zone: zone.optional(),
  zones,
  mx: hosts,
  recipient: name.optional(),
  as: z.enum(policies).optional(),
  afterTtl: z.boolean().optional(),
  expect,
});
export const scenario = z.strictObject({
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
  zones,
  mx: hosts,
  steps: z.array(step).optional(),
  route: z
    .strictObject({
      to: name.optional(),
      mx: z.boolean().optional(),
      port: z.int().min(1).max(65535).optional(),
    })
    .optional(),
  forged: z.strictObject({ zone: zone.optional(), zones, mx: hosts }).optional(),
  limit: name.optional(),
  sharesMessageOf: z.string().regex(label).optional(),
  setup: z.enum(senderSetups).optional(),
  resolver: z.strictObject({ answers, second: answers.optional() }).optional(),
  watch: z.array(z.enum(watches)).optional(),
  recipientText: name.optional(),
  attempts: z.int().min(1).max(5).optional(),
  expect,
  sni: name.optional(),
});
const lookupExpectation = z.object({
  level: z.enum(["must", "should", "open"]),
  permitted: z.array(z.enum(lookupOutcomes)).min(1),
  never: z.array(z.enum(lookupOutcomes)),
});
/** What a resolver is asked. */
export const lookup = z.strictObject({
  ...scenario.pick({ id: true, title: true, why: true, cites: true, zone: true, zones: true, mx: true })
    .shape,
  ask: z
    .strictObject({
      name,
      zone: name.optional(),
      type: z.union([
        z.enum(["A", "AAAA", "MX", "TLSA", "CNAME", "SOA", "NS", "DNSKEY", "DS", "TXT"]),
        unknownType,
      ]),
    })
    .optional(),
  ways: z.array(z.enum(askingWays)).min(1).optional(),
  measure: z.strictObject({ of: name, value: z.number() }).optional(),
  expect: z.union([lookupExpectation, z.partialRecord(z.enum(askingWays), lookupExpectation)]),
});
/** What an authoritative server is tried with. */
export const authority = z.strictObject({
  ...lookup.pick({
    id: true,
    title: true,
    why: true,
    cites: true,
    zone: true,
    zones: true,
    mx: true,
    ask: true,
  }).shape,
  expect: lookupExpectation.optional(),
  ways: z.array(z.enum(serverWays)).min(1).optional(),
  change: scenario.pick({ zone: true, zones: true, mx: true }).optional(),
  refresh: z.int().min(1).max(10).optional(),
});
export const authorityFile = z.strictObject({
  danelab: z.literal(1),
  kind: z.literal("authority"),
  group: z.string().regex(label, "must be lower case letters, digits and hyphens"),
  scenarios: z.array(z.unknown()).min(1),
});
export const lookupFile = z.strictObject({
  danelab: z.literal(1),
  kind: z.literal("lookup"),
  group: z.string().regex(label, "must be lower case letters, digits and hyphens"),
  scenarios: z.array(z.unknown()).min(1),
});
export const probe = z.strictObject({
  ...scenario.pick({ id: true, title: true, why: true, cites: true }).shape,
  mx: mx.omit({ receiver: true, server: true, attacker: true, hostile: true, port: true }).optional(),
  way: z.enum(probeWays),
});
export const probeFile = z.strictObject({
  danelab: z.literal(1),
  kind: z.literal("probe"),
  group: z.string().regex(label, "must be lower case letters, digits and hyphens"),
  scenarios: z.array(z.unknown()).min(1),
});
export const file = z.strictObject({
  danelab: z.literal(1),
  group: z.string().regex(label, "must be lower case letters, digits and hyphens"),
  scenarios: z.array(z.unknown()).min(1),
});
