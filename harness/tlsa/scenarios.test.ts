import { expect, test } from "vitest";
import { plan, stackOf } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { loadScenarios } from "../run/load-scenarios.ts";
import { compileWorld } from "../world/world.ts";
import { checkRecords } from "./check.ts";
import { readMaterial } from "./input.ts";
import { ownerOf, readRecords } from "./records.ts";

/** The check says of each server and its records what the RFCs demand of senders, as the scenarios tell it. */

const groups = ["agility", "base", "combo", "ee", "multi", "name", "ta", "unusable"];

/** One honest server, its records and nothing else decide. */
function isPlain({ group, mx, zones, steps, resolver, route, attempts }: Scenario): boolean {
  const [host] = mx;
  return (
    groups.includes(group) &&
    mx.length === 1 &&
    host?.server === "normal" &&
    !host.alias &&
    !host.attacker &&
    Object.keys(host.sni).length === 0 &&
    Object.entries(zones).every(
      ([name, zone]) => name === "@" && zone.signed && zone.faults.length + zone.answers.length === 0,
    ) &&
    steps.length === 0 &&
    attempts === 1 &&
    !resolver &&
    !route
  );
}

const now = new Date();
const scenarios = (await loadScenarios([])).filter((one) => isPlain(one) && one.expect.dane);
const stack = stackOf({ name: "any", version: "0" }, { name: "any", version: "0" });
const planned = plan(scenarios, { stacks: [stack], policies: ["dane"] });
const world = compileWorld(planned, { subnet: 1, now });

const cases = planned.domains
  .filter(({ policy, variant }) => policy === "dane" && variant === "main")
  .flatMap(({ key, scenario }) => {
    const facts = world.domains.get(key);
    const [host] = facts?.steps[0].hosts ?? [];
    const file = world.zoneFiles.find(({ path }) => path === `/zones/${facts?.zones[0]}.zone`);
    const records = / IN (TLSA|TYPE52) /.test(String(file?.content))
      ? readRecords(String(file?.content), "zone").filter(
          ({ owner }) => host && owner === ownerOf(host.name, 25),
        )
      : [];
    return host && facts && records.length > 0
      ? [
          {
            id: scenario.id,
            scenario,
            host,
            records,
            names: [host.name, facts.steps[0].recipient, ...facts.zones],
          },
        ]
      : [];
  });

test("there are enough of them, of every outcome", () => {
  const demanded = cases.map(({ scenario }) => scenario.expect.dane?.permitted.join());
  for (const outcome of ["authenticated", "encrypted", "deferred"])
    expect(demanded.filter((one) => one === outcome).length).toBeGreaterThan(10);
});

test.each(cases)("$id", ({ scenario, host, records, names }) => {
  const { outcome, findings } = checkRecords(
    records,
    readMaterial(Buffer.from(host.certificate.chain), "chain"),
    { names, now },
  );
  expect(
    scenario.expect.dane?.permitted,
    `${scenario.title}: ${outcome}\n${findings.map(({ verdict, because }) => `${verdict}: ${because.join("\n  ")}`).join("\n")}`,
  ).toContain(outcome);
});
