import * as z from "zod";
import { severities } from "./divergence.ts";
import { allOutcomes, allPolicies, verdicts } from "./verdict.ts";

export { allOutcomes, allPolicies, type Verdict, verdicts } from "./verdict.ts";

/** The results document: results.json. Its JSON Schema is made from this source (reports/results.schema.json). */
export const resultsVersion = 1;

/** How binding the RFC is. */
const level = z
  .enum(["must", "should", "open"])
  .describe(
    "How binding that is: outside of must is `fail`, outside of should is `warn`, open is recorded as `info`",
  );
const verdict = z
  .enum(verdicts)
  .describe(
    "pass: within what the RFCs permit; fail: outside what a MUST permits, or the log contradicts what was seen; warn: outside what a SHOULD permits; info: the RFCs leave it open; known: a divergence on record; unsupported: the program does not have the feature; inconclusive: the control did not behave; error: the harness could not tell",
  );
const outcome = z
  .enum(allOutcomes)
  .nullable()
  .describe(
    "What became of the message. authenticated: delivered over TLS to a server that DANE authenticated; encrypted: delivered over TLS; cleartext: delivered without; deferred: still queued; bounced: refused for good. Of a question: secure: the right answer with AD (of a name server: with signatures and proofs that are right); insecure: the right answer without; bogus: SERVFAIL (of a name server: signatures or proofs missing or wrong); refused: another RCODE of failure; silent: no answer in time; wrong: another answer than the zone's; died: the resolver's process ended. Of a verification: matched: a TLSA record authenticates the server; unmatched: records count, and none does; unusable: there is none that counts; no-tls: no handshake came about; crashed: the verifier died. Of a probe: matched, unmatched, no-tls: the same; accepted: the server did what it was asked; declined: it did not. null: it could not be told",
  );
const expected = z.array(z.enum(allOutcomes)).describe("Outcomes that are permitted");
const reasons = z.array(z.string()).describe("Why this verdict, in plain words, most important first");
const claimed = z
  .string()
  .nullable()
  .describe("What the sender's log says of its last attempt; null: nothing");

const image = z.object({
  name: z.string().describe("Image reference with its content-hash tag"),
  digest: z.string().describe("Image id as the engine tells it"),
});

const program = z.object({
  id: z.string().describe("name@version as used in stacks, e.g. postfix@3.10"),
  role: z
    .enum(["sender", "resolver", "authority", "receiver", "verifier", "farm"])
    .describe(
      "authority: name server; receiver: real server at an MX; verifier: tool that checks a server against TLSA records; farm: danelab's own servers and attackers",
    ),
  package: z.string().describe("Package and version as installed, e.g. postfix 3.10.13-0+deb13u1"),
  build: z.array(z.string()).optional().describe("What the program says of how it was built, line by line"),
  image: image.describe("The container image that it ran from"),
});

const expectation = z.object({
  level,
  permitted: z.array(z.enum(allOutcomes)).describe("Outcomes that are permitted"),
  never: z.array(z.enum(allOutcomes)).describe("Outcomes that break a MUST whatever the level is"),
  leaks: z
    .enum(["on-the-wire", "to-the-attacker"])
    .optional()
    .describe("Of the control of an attack: how the message must be lost"),
});

const scenario = z.object({
  id: z.string().describe("As in danelab run ID, e.g. ee-expired"),
  group: z.string().describe("The theme that it belongs to"),
  title: z.string().describe("What it is, in one line"),
  why: z.string().nullable().describe("What a reader who wonders about the expectation should know"),
  cites: z.array(z.string()).describe("Sections that decide: RFC number, then section"),
  attack: z.boolean().describe("Whether somebody attacks"),
  canary: z.boolean().describe("Whether it runs at the start and at the end, to show that the lab works"),
  digest: z
    .string()
    .optional()
    .describe("SHA-256 of the set-up and of what is expected: while it is the same, so is the test"),
  measure: z
    .object({
      of: z.string().describe("What is limited, e.g. NSEC3 iterations"),
      value: z.number().describe("The value that this scenario tries"),
    })
    .optional()
    .describe("Set where programs limit something as they like: the scenario tries one value of it"),
  expect: z.partialRecord(z.enum(allPolicies), expectation).describe("Permitted outcomes by policy"),
});

const step = z.object({
  title: z.string().describe("What changed before it"),
  level,
  expected,
  outcome,
  verdict,
  reasons,
  claimed,
});

const trial = z.object({
  id: z
    .string()
    .describe("scenario/sender+resolver/policy, with /start or /end and /twin behind it where it is one"),
  scenario: z.string().describe("Id of the scenario"),
  sender: z
    .string()
    .describe(
      "Id of the sender, e.g. postfix@3.10, or of the verifier; danelab: the harness itself asks or tries",
    ),
  resolver: z
    .string()
    .describe(
      "Id of the resolver, e.g. unbound@1.26; where a name server or a mail server is tried, its own, e.g. bind@9.20, exim@4.98",
    ),
  receiver: z
    .string()
    .optional()
    .describe("Id of the real server at the MX, where each of several is delivered to, e.g. exim@4.98"),
  policy: z
    .enum(allPolicies)
    .describe(
      "How the sender was told to send. dane: opportunistic DANE; dane-only: mandatory DANE; may: opportunistic TLS; lookup: the resolver is asked, nothing is sent; serving, signing, secondary: a name server is asked that serves signed zones, signs them itself, or has them by transfer; verification: a verifier looks at the MX host, nothing is sent; probe: a real server is tried by danelab's own client; the others serve as controls or where they are asked for",
    ),
  role: z
    .enum(["main", "control", "twin"])
    .describe(
      "main: what the run is about; control: shows that an attack works; twin: the same with TLSA records that match nothing, shows that authentication is real",
    ),
  canary: z.enum(["start", "end"]).nullable().describe("A canary's place in the run; null: it is none"),
  of: z.string().nullable().describe("The trial that it is the twin of; null: it is none"),
  outcome,
  verdict,
  level,
  expected,
  reasons,
  claimed,
  leaked: z.boolean().describe("The canary crossed a link in clear text or reached an attacker"),
  divergence: z
    .object({
      severity: z
        .enum(severities)
        .optional()
        .describe(
          "leak: others can read the message; downgrade: less protection than the RFC demands; too-strict: mail is lost or late that should not be; mislabelled: the right thing done, the wrong thing said; cosmetic: no effect on mail; none: no fault, an attack fails without DANE too",
        ),
      reason: z.string().describe("What it does otherwise"),
      evidence: z.string().optional().describe("What shows it: a log line, packets, a place in the source"),
      link: z.string().nullable().describe("Where it is discussed"),
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
  domain: z
    .string()
    .optional()
    .describe("Key of its recipient domain in domains.json, which shows zones, servers and certificates"),
  evidence: z.string().describe("Path of the evidence document, relative to this file"),
});

const run = z.object({
  id: z.string().describe("Six hexadecimal digits, as in the names of the run's containers"),
  danelab: z.string().describe("Version of danelab"),
  start: z.string().describe("ISO 8601, UTC"),
  end: z.string().describe("ISO 8601, UTC"),
  host: z
    .object({
      system: z.string().describe("Operating system and architecture"),
      node: z.string().describe("Version of Node"),
      engine: z.string().describe("The container engine and its version"),
      cores: z.number().describe("Processor cores"),
    })
    .describe("The machine that it ran on"),
  options: z.record(z.string(), z.unknown()).describe("What the user chose"),
  programs: z.array(program).describe("All programs that took part"),
  strayPackets: z
    .object({
      count: z.number().describe("How many there were"),
      first: z.array(z.string()).describe("The first of them, as tcpdump prints them"),
    })
    .describe("Packets that programs of the lab addressed outside it; its seal stopped them"),
  staleDivergences: z.array(z.string()).describe("Recorded divergences that no longer occur"),
  errors: z.array(z.string()).describe("What went wrong with the harness itself"),
  interrupted: z.boolean().describe("Whether it was ended before its end: then it is not complete"),
  timings: z.record(z.string(), z.number()).describe("Milliseconds by phase"),
});

export const resultsSchema = z.object({
  version: z
    .literal(resultsVersion)
    .describe(
      "Of this format. It changes when a field changes its meaning or goes away; new fields do not change it",
    ),
  run: run.describe("The run as a whole"),
  scenarios: z.array(scenario).describe("The scenarios that ran, in the order of reports"),
  trials: z.array(trial).describe("One for each message: scenario, sender, resolver, policy"),
});

export type Results = z.infer<typeof resultsSchema>;
export type TrialResult = Results["trials"][number];
export type StepResult = z.infer<typeof step>;
export type ScenarioResult = Results["scenarios"][number];
export type ProgramResult = Results["run"]["programs"][number];
