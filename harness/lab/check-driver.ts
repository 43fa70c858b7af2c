import * as z from "zod";
import { authorityModes } from "../model/authority.ts";
import { type Divergence, severities } from "../model/divergence.ts";
import { receiverFeatures, senderFeatures } from "../model/features.ts";
import { allOutcomes } from "../model/results.ts";
import { policies, senderPolicies, senderSetups } from "../model/scenario.ts";
import { verifierFeatures } from "../model/verification.ts";
import { UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import type {
  AuthorityDriver,
  Driver,
  ReceiverDriver,
  ResolverDriver,
  SenderDriver,
  VerifierDriver,
} from "./driver.ts";

/** Whether what a folder exports is a driver, told before anything is started with it: types are gone at run time. */

const text = z.string().min(1);
const command = z.array(z.string()).min(1, "must be a list of words");
const code = z.custom((value) => typeof value === "function", {
  error: ({ input }) => (input === undefined ? "is missing" : "must be a function"),
});
const path = z.string().startsWith("/", "must be an absolute path");
/** It becomes a part of names of containers and of files. */
const version = z.object({
  version: z.string().regex(/^\w[\w.-]*$/, "must be made of letters, digits, dots and hyphens"),
  suite: text,
});

const base = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be made of lower case letters, digits and hyphens"),
  versions: z.array(version).min(1, "must name one version at least"),
  onRequest: z.boolean().optional(),
  versionCommand: command,
  tmpfs: z.record(path, z.string()).optional(),
  capabilities: z.array(z.string()).optional(),
};

/** Every member of a type, and none besides. */
type Members<D> = { readonly [member in keyof Required<D>]: z.ZodType };

const sender = {
  ...base,
  role: z.literal("sender"),
  versions: z
    .array(version.extend({ dane: z.boolean().optional() }))
    .min(1, "must name one version at least"),
  dane: z.boolean(),
  lacks: z.array(z.enum(senderFeatures)).optional(),
  tls: text,
  policies: z.array(z.enum(senderPolicies)).min(1),
  setups: z.array(z.enum(senderSetups)),
  files: code,
  command,
  submission: z.object({
    port: z.int().min(1).max(65535),
    login: z.object({ user: text, password: text }).optional(),
  }),
  retriesWithin: z.int().min(1).optional(),
  queueId: code,
  retry: code,
  queued: code,
  struck: code.optional(),
  createLogReader: code,
  nonsense: z.object({ path, line: text }).optional(),
  misconfigured: code,
} satisfies Members<SenderDriver>;

const resolver = {
  ...base,
  role: z.literal("resolver"),
  files: code,
  command,
  question: code.optional(),
} satisfies Members<ResolverDriver>;

const authority = {
  ...base,
  role: z.literal("authority"),
  modes: z.array(z.enum(authorityModes)),
  files: code,
  reload: code,
  command: code,
} satisfies Members<AuthorityDriver>;

const receiver = {
  ...base,
  role: z.literal("receiver"),
  files: code,
  command,
  createLogReader: code,
  lacks: z.array(z.enum(receiverFeatures)).optional(),
  misconfigured: code,
} satisfies Members<ReceiverDriver>;

const verifier = {
  ...base,
  role: z.literal("verifier"),
  asksDns: z.boolean(),
  lacks: z.array(z.enum(verifierFeatures)).optional(),
  files: code,
  verify: code,
  read: code,
} satisfies Members<VerifierDriver>;

const shapes = { sender, resolver, authority, receiver, verifier };

const divergence = z.strictObject({
  scenario: text,
  policies: z.array(z.enum([...policies, ...authorityModes])),
  versions: z.array(z.string()),
  resolvers: z.array(z.string()),
  senders: z.array(z.string()).optional(),
  outcome: z.enum(allOutcomes),
  byChance: z.boolean().optional(),
  severity: z.enum(severities),
  reason: text,
  evidence: text,
  link: z.string().nullable(),
} satisfies Members<Divergence>);

/** UsageError names file and field. */
function demand<T>(schema: z.ZodType<T>, value: unknown, file: string, members: readonly string[] = []): T {
  const { data, error } = schema.safeParse(value);
  const issue = error?.issues[0];
  if (data !== undefined && !issue) return data;
  if (issue?.code === "unrecognized_keys") {
    const field = [...issue.path, issue.keys[0]].map(String).join(".");
    throw new UsageError(`${file}: field "${field}" is not known${meant(field, members)}`);
  }
  const field = issue?.path.map(String).join(".");
  const what = issue?.message.endsWith("received undefined") ? "is missing" : issue?.message;
  throw new UsageError(`${file}: ${field ? `field "${field}"` : "what it exports"}: ${what}`);
}

const anyRole = z.looseObject({ role: z.enum(["sender", "resolver", "authority", "receiver", "verifier"]) });

/** What driver.ts exports by default. */
export function checkDriver(value: unknown, file: string): asserts value is Driver {
  const { role } = demand(anyRole, value, file);
  demand(z.strictObject(shapes[role]), value, file, Object.keys(shapes[role]));
}

/** What divergences.ts exports. */
export function checkDivergences(
  exported: unknown,
  file: string,
): asserts exported is { readonly divergences: readonly Divergence[] } {
  demand(z.looseObject({ divergences: z.array(divergence) }), exported, file, Object.keys(divergence.shape));
}
