import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { inabilityOfVerifier } from "../lab/abilities.ts";
import type { Engine } from "../lab/engine.ts";
import { connectDocker } from "../lab/engine-docker.ts";
import { preparePrograms } from "../lab/programs.ts";
import { loadRegistry } from "../lab/registry.ts";
import { stackOf } from "../model/plan.ts";
import { planVerifications } from "../model/plan-verifications.ts";
import { loadScenarios } from "./load-scenarios.ts";
import { scenariosNamed } from "./test-run.ts";
import { runVerifications } from "./verifications.ts";

/** A verifier beside a resolver, in a lab without senders. */

const engine = await connectDocker();
const registry = await loadRegistry();
const found = registry.verifiers.find(({ driver }) => driver.name === "openssl")!;
const verifier = { name: "openssl", version: found.driver.versions[0]!.version };
const stack = stackOf(verifier, { name: "unbound", version: "1.26" });
const canaries = (await loadScenarios([])).filter(({ canary, resolver }) => canary && resolver === null);

/** One run over the scenarios of these ids. */
async function verified(by: Engine, ...ids: readonly string[]) {
  const scenarios = (await scenariosNamed(...ids)).filter(({ canary }) => !canary);
  const wanted = { stacks: [], scenarios: [], verifiers: [stack] };
  return runVerifications(
    {
      ...(await preparePrograms(by, registry, wanted, () => undefined)),
      verifications: planVerifications(scenarios, canaries, {
        stacks: [stack],
        inability: (program, scenario) => inabilityOfVerifier(found.driver, program, scenario),
      }),
      ...{ scenarios, divergences: registry.divergences, engine: by, options: {}, version: "0" },
      ...{ runId: randomBytes(3).toString("hex"), signal: new AbortController().signal },
    },
    { progress: () => undefined, verified: () => undefined },
  );
}

test("a verifier looks at each MX host, and the host is a witness of it", async () => {
  const { results, evidence } = await verified(
    engine,
    ...["base-311", "combo-201-mismatch", "name-nexthop", "sni-selects", "unusable-usage-4"],
  );
  expect(results.run.errors).toEqual([]);
  expect(results.run.strayPackets.count).toBe(0);
  expect(
    results.trials.map(({ id, outcome, verdict }) => [id.replace(`/${stack.id}/`, " "), outcome, verdict]),
  ).toEqual([
    ["base-311 verification", "matched", "pass"],
    ["base-311 verification/twin", "unmatched", "pass"],
    ["combo-201-mismatch verification", "unmatched", "pass"],
    ["sni-selects verification", "matched", "pass"],
    ["sni-selects verification/twin", "unmatched", "pass"],
    ["unusable-usage-4 verification", "unusable", "pass"],
    ["name-nexthop verification", null, "unsupported"],
  ]);
  const seen = evidence.get(`base-311/${stack.id}/verification`)!;
  expect(seen.host).toMatchObject({ domain: "base-311.dane.example", name: "mx.base-311.dane.example" });
  expect(seen.sessions.map(({ tls, sni, mailFrom }) => [tls?.version, sni, mailFrom])).toEqual([
    ["TLSv1.3", "mx.base-311.dane.example", null],
  ]);
  expect(results.trials[0]?.claimed).toMatch(/^DANE TLSA 3 1 1 /);
  expect(results.run.programs.find(({ role }) => role === "verifier")).toMatchObject({
    id: `openssl@${verifier.version}`,
    package: expect.stringMatching(/^openssl /),
  });
});

test("a verifier that dies is an error of the run, never a verdict", async () => {
  const deadly: Engine = {
    ...engine,
    async start(spec) {
      const container = await engine.start(spec);
      if (!spec.name.includes("verifier-")) return container;
      return {
        ...container,
        async stream(command) {
          const stream = await container.stream(command);
          await container.remove();
          return stream;
        },
      };
    },
  };
  const { results } = await verified(deadly, "base-311");
  expect(results.trials.map(({ verdict }) => verdict)).toEqual(["error", "error"]);
});
