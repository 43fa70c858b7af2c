import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { fakeEngine } from "../lab/engine-fake.ts";
import { preparePrograms } from "../lab/programs.ts";
import { stackOf } from "../model/plan.ts";
import { planVerifications } from "../model/plan-verifications.ts";
import { loadScenarios } from "./load-scenarios.ts";
import { registry } from "./test-run.ts";
import { runVerifications } from "./verifications.ts";

/** Verifiers on the engine in memory, which say what each test lets them say. */

const all = await loadScenarios([]);
const canaries = all.filter(({ canary, resolver }) => canary && resolver === null);
const version = registry.verifiers.find(({ driver }) => driver.name === "openssl")!.driver.versions[0]!
  .version;
const stack = stackOf({ name: "openssl", version }, { name: "unbound", version: "1.26" });

const mismatch = "verify error:num=65:no matching DANE TLSA records\n";
const unusable = "s_client: Failed to import any TLSA records.\n";

interface Said {
  readonly exitStatus: number;
  readonly output: string;
}

/** @param say what the tool says to a command; undefined: it dies, and with it all that are left */
async function verify(ids: readonly string[], say: (command: string) => Said | undefined) {
  const engine = fakeEngine();
  const saying: typeof engine = {
    ...engine,
    async start(spec) {
      const container = await engine.start(spec);
      if (!spec.name.includes("verifier-")) return container;
      const jobs: string[] = [];
      return {
        ...container,
        async copy(files) {
          for (const { path, content } of files) if (path.includes("/job-")) jobs.push(`${content}`);
        },
        async stream() {
          const lines = new PassThrough({ objectMode: true });
          for (const [index, job] of jobs.entries()) {
            const said = say(job);
            if (!said) break;
            const output = Buffer.from(said.output).toString("base64");
            lines.write(`${index} ${said.exitStatus} 7 ${output}`);
          }
          lines.end();
          return { lines, lastWords: () => "killed", send: () => undefined, close: () => lines.end() };
        },
      };
    },
  };
  const scenarios = all.filter(({ id }) => ids.includes(id));
  const prepared = await preparePrograms(
    saying,
    registry,
    { stacks: [], scenarios: [], verifiers: [stack] },
    () => undefined,
  );
  const counts: number[] = [];
  const finished = await runVerifications(
    {
      ...{ ...prepared, scenarios, divergences: new Map(), engine: saying },
      verifications: planVerifications(scenarios, canaries, { stacks: [stack], inability: () => null }),
      ...{ runId: "0a1b2c", version: "test", options: {}, signal: new AbortController().signal },
    },
    { progress: () => undefined, verified: (count) => counts.push(count) },
  );
  expect([...engine.containers.keys()]).toEqual([]);
  return { ...finished, counts };
}

test("each host has a command with its own records, and what is said of it is judged", async () => {
  const { results, evidence, counts } = await verify(
    ["combo-311-mismatch", "combo-201-mismatch", "unusable-usage-4"],
    (command) => ({ exitStatus: 1, output: command.includes("unusable") ? unusable : mismatch }),
  );
  expect(results.run.errors).toEqual([]);
  expect(results.trials.map(({ scenario, outcome, verdict }) => [scenario, outcome, verdict])).toEqual([
    ["combo-201-mismatch", "unmatched", "pass"],
    ["combo-311-mismatch", "unmatched", "pass"],
    ["unusable-usage-4", "unusable", "pass"],
  ]);
  expect(results.scenarios.map(({ expect: { verification } }) => verification?.permitted)).toEqual([
    ["unmatched", "no-tls"],
    ["unmatched", "no-tls"],
    ["unusable"],
  ]);
  expect(results.run.programs.find(({ role }) => role === "verifier")?.id).toBe(`openssl@${version}`);
  const seen = evidence.get(`unusable-usage-4/${stack.id}/verification`)!;
  expect(seen).toMatchObject({ exitStatus: 1, output: unusable, ms: 7, sessions: [], errors: [] });
  expect(seen.host?.records).toEqual([expect.stringMatching(/^4 1 1 [\da-f]{64}$/)]);
  expect(seen.command.join(" ")).toContain(`-dane_tlsa_rrdata ${seen.host?.records[0]}`);
  expect(counts).toEqual([1, 2, 3]);
});

test("of a verifier that dies what it said stands, and the rest is an error", async () => {
  const { results } = await verify(["combo-311-mismatch", "combo-201-mismatch"], (command) =>
    command.includes("combo-201") ? { exitStatus: 1, output: mismatch } : undefined,
  );
  expect(results.trials.map(({ scenario, verdict }) => [scenario, verdict])).toEqual([
    ["combo-201-mismatch", "pass"],
    ["combo-311-mismatch", "error"],
  ]);
  expect(results.trials[1]?.reasons[0]).toMatch(/1 of 2 commands did not end: killed$/);
});

test("what the driver does not know is an error, with the tool's last words", async () => {
  const { results } = await verify(["combo-311-mismatch"], () => ({ exitStatus: 139, output: "oops\n" }));
  expect(results.trials.map(({ verdict, reasons }) => [verdict, reasons[0]])).toEqual([
    ["error", "what the verifier says is not known to its driver (exit status 139): oops"],
  ]);
});
