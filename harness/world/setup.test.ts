import { expect, test } from "vitest";
import { plan, stackOf } from "../model/plan.ts";
import { loadScenarios } from "../run/load-scenarios.ts";
import { setupsOf } from "./setup.ts";
import { compileWorld } from "./world.ts";

const ids = ["base-311", "atk-mitm-selfsigned", "atk-strip-starttls"];
const scenarios = (await loadScenarios([])).filter(({ id }) => ids.includes(id));
const stack = stackOf({ name: "any", version: "0" }, { name: "any", version: "0" });
const planned = plan(scenarios, { stacks: [stack], policies: ["dane"] });
const world = compileWorld(planned, { subnet: 1, now: new Date() });
const setups = setupsOf(world);

const domainOf = (scenario: string) => planned.trials.find((one) => one.scenario === scenario)!.domain;

test("every domain of the plan has one", () => {
  expect(Object.keys(setups).sort()).toEqual(planned.domains.map(({ key }) => key).sort());
});

test("the TLSA record of an honest domain holds the digest of the key that is shown", () => {
  const [step] = setups[domainOf("base-311")]!.steps;
  const [zone] = step!.zones;
  const [server] = step!.servers;
  const [leaf] = server!.certificates[0]!.chain;
  expect(zone!.records.find((record) => record.includes(" TLSA "))).toContain(` 3 1 1 ${leaf!.keySha256}`);
  expect(leaf).toMatchObject({ key: "ec prime256v1", subject: expect.stringContaining(server!.name) });
  expect(Date.parse(leaf!.notBefore)).toBeLessThan(Date.parse(leaf!.notAfter));
});

test("an attacker's certificate is told as such", () => {
  const [step] = setups[domainOf("atk-mitm-selfsigned")]!.steps;
  const certificates = step!.servers.flatMap((server) => server.certificates);
  expect(new Set(certificates.map(({ by }) => by))).toEqual(new Set(["server", "attacker"]));
  expect(new Set(certificates.map(({ chain }) => chain[0]?.sha256)).size).toBe(2);
});

test("zones are for reading: no generic RDATA of known types, no long keys", () => {
  const records = Object.values(setups).flatMap(({ steps }) =>
    steps.flatMap(({ zones }) => zones.flatMap((one) => one.records)),
  );
  expect(records.length).toBeGreaterThan(20);
  for (const record of records) {
    expect(record).not.toMatch(/ (A|AAAA|MX|NS|SOA|RRSIG) \\#/);
    expect(record.length, record).toBeLessThan(240);
  }
});
