import * as z from "zod";
import { severities } from "./divergence.ts";
import { outcomes, policies } from "./scenario.ts";

/** The results document: results.json. Its JSON Schema is made from this source (reports/results.schema.json). */
export const resultsVersion = 1;

export const verdicts = [
  "pass",
  "fail",
  "warn",
  "info",
  "known",
  "unsupported",
  "inconclusive",
  "error",
] as const;
export type Verdict = (typeof verdicts)[number];

const image = z.object({
  name: z.string().describe("Image reference with its content-hash tag"),
  digest: z.string().describe("Image id as the engine tells it"),
});

const program = z.object({
  id: z.string().describe("name@version as used in stacks, e.g. postfix@3.10"),
  role: z.enum(["sender", "resolver", "authority", "receiver", "farm"]),
  package: z.string().describe("Package and version as installed, e.g. postfix 3.10.13-0+deb13u1"),
  build: z.array(z.string()).optional().describe("What the program says of how it was built, line by line"),
  image,
});

const expectation = z.object({
  level: z.enum(["must", "should", "open"]),
  permitted: z.array(z.enum(outcomes)),
  never: z.array(z.enum(outcomes)),
  leaks: z.enum(["on-the-wire", "to-the-attacker"]).optional(),
});

const scenario = z.object({
  id: z.string(),
  group: z.string(),
  title: z.string(),
  why: z.string().nullable(),
  cites: z.array(z.string()),
  attack: z.boolean(),
  canary: z.boolean(),
  digest: z
    .string()
    .optional()
    .describe("SHA-256 of the set-up and of what is expected: while it is the same, so is the test"),
  expect: z.partialRecord(z.enum(policies), expectation).describe("Permitted outcomes by policy"),
});

const step = z.object({
  title: z.string(),
  level: z.enum(["must", "should", "open"]),
  expected: z.array(z.enum(outcomes)),
  outcome: z.enum(outcomes).nullable(),
  verdict: z.enum(verdicts),
  reasons: z.array(z.string()),
  claimed: z.string().nullable(),
});

const trial = z.object({
  id: z.string().describe("scenario/sender+resolver/policy, with /twin or /start or /end where it is one"),
  scenario: z.string(),
  sender: z.string().describe("postfix@3.10"),
  resolver: z.string().describe("unbound@1.26"),
  policy: z.enum(policies),
  role: z.enum(["main", "control", "twin"]),
  canary: z.enum(["start", "end"]).nullable().describe("A canary's place in the run"),
  of: z.string().nullable().describe("For twins: the trial that it is the twin of"),
  outcome: z.enum(outcomes).nullable().describe("null: it could not be told"),
  verdict: z.enum(verdicts),
  level: z.enum(["must", "should", "open"]).describe("The level of the expectation"),
  expected: z.array(z.enum(outcomes)),
  reasons: z.array(z.string()).describe("Why this verdict, in plain words, most important first"),
  claimed: z.string().nullable().describe("What the sender's log says of its last attempt"),
  leaked: z.boolean().describe("The canary crossed a link in clear text or reached an attacker"),
  divergence: z
    .object({
      severity: z
        .enum(severities)
        .optional()
        .describe(
          "leak: others can read the message; downgrade: less protection than the RFC demands; too-strict: mail is lost or late that should not be; mislabelled: the right thing done, the wrong thing said; cosmetic: no effect on mail",
        ),
      reason: z.string(),
      evidence: z.string().optional().describe("What shows it: a log line, packets, a place in the source"),
      link: z.string().nullable(),
    })
    .nullable()
    .describe("The recorded divergence that a `known` verdict stands for"),
  steps: z
    .array(step)
    .optional()
    .describe(
      "Where things change over time: the verdict of each step. The trial has that of the first that is not as it should be, else of the last",
    ),
  ms: z.number().describe("From submission to the sender's last verdict"),
  evidence: z.string().describe("Path of the evidence document, relative to this file"),
});

export const resultsSchema = z.object({
  version: z.literal(resultsVersion),
  run: z.object({
    id: z.string(),
    danelab: z.string().describe("Version of danelab"),
    start: z.string().describe("ISO 8601"),
    end: z.string(),
    host: z.object({ system: z.string(), node: z.string(), engine: z.string(), cores: z.number() }),
    options: z.record(z.string(), z.unknown()),
    programs: z.array(program),
    strayPackets: z.object({
      count: z.number().describe("Packets that programs of the lab addressed outside it"),
      first: z.array(z.string()).describe("The first of them, as tcpdump prints them"),
    }),
    staleDivergences: z.array(z.string()).describe("Recorded divergences that no longer occur"),
    errors: z.array(z.string()).describe("What went wrong with the harness itself"),
    interrupted: z.boolean(),
    timings: z.record(z.string(), z.number()).describe("Milliseconds by phase"),
  }),
  scenarios: z.array(scenario),
  trials: z.array(trial),
});

export type Results = z.infer<typeof resultsSchema>;
export type TrialResult = Results["trials"][number];
export type StepResult = z.infer<typeof step>;
export type ScenarioResult = Results["scenarios"][number];
export type ProgramResult = Results["run"]["programs"][number];
