import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAttack } from "../harness/model/plan.ts";
import type { Scenario } from "../harness/model/scenario.ts";
import {
  loadAuthorityScenarios,
  loadLookups,
  loadProbes,
  loadScenarios,
} from "../harness/run/load-scenarios.ts";
import { home } from "../harness/words/places.ts";

/** What holds of every scenario of danelab's own. That each makes sense by itself was checked when it was loaded. */

const all = await loadScenarios([]);
const lookups = await loadLookups([]);
const servers = await loadAuthorityScenarios([]);
const probes = await loadProbes([]);

/** The ids of those that a rule does not hold for. */
function breaking(rule: (scenario: Scenario) => boolean): readonly string[] {
  return all.filter((scenario) => !rule(scenario)).map(({ id }) => id);
}

test("every file of the folder is loaded", async () => {
  const files = (await readdir(join(home, "scenarios"))).filter((name) => !name.endsWith(".test.ts"));
  const loaded = [...all, ...[...lookups, ...servers, ...probes].map(({ domain }) => domain)].map(
    ({ file }) => basename(file),
  );
  expect([...new Set(loaded)].sort()).toEqual(files.sort());
});

describe("every scenario", () => {
  test("begins with the name of its group", () => {
    expect(breaking(({ id, group }) => id.startsWith(`${group}-`))).toEqual([]);
  });

  test("has an id of its own, and a title that no other of its group has", () => {
    for (const names of [all.map(({ id }) => id), all.map(({ group, title }) => `${group}: ${title}`)]) {
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }
  });

  test("cites RFC and section", () => {
    expect(
      breaking(({ cites }) => cites.every((cite) => /^RFC \d{3,5} [0-9A-Z]+(\.\d+)*$/.test(cite))),
    ).toEqual([]);
  });

  test("says what opportunistic DANE, mandatory DANE and a sender without DANE may do", () => {
    expect(
      breaking(({ expect: { dane, "dane-only": only, may } }) => Boolean((dane ?? only) && only && may)),
    ).toEqual([]);
  });

  test("lets mandatory DANE send nothing unauthenticated (RFC 7672 section 6)", () => {
    expect(
      breaking(({ expect: { "dane-only": only } }) => {
        const { permitted = [], never = [] } = only ?? {};
        return (["encrypted", "cleartext"] as const).every(
          (outcome) => !permitted.includes(outcome) && never.includes(outcome),
        );
      }),
    ).toEqual([]);
  });

  test("keeps to what a DNS name can hold: its id, a policy and a variant are labels", () => {
    expect(breaking(({ id }) => id.length <= 40)).toEqual([]);
  });
});

describe("scenarios in which resolvers are asked", () => {
  test("are the whole of the groups that begin with res, and so are their ids", () => {
    const foreign = lookups.filter(({ domain: { id, group } }) => !/^res-/.test(id) || !/^res-/.test(group));
    expect(foreign.map(({ domain: { id } }) => id)).toEqual([]);
    expect(breaking(({ id }) => !id.startsWith("res-"))).toEqual([]);
  });

  test("have titles of their own, cite RFC and section, and fit in a label", () => {
    const titles = lookups.map(({ domain: { title } }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
    for (const { domain } of lookups) {
      expect(domain.id.length, domain.id).toBeLessThanOrEqual(40);
      for (const cite of domain.cites) expect(cite).toMatch(/^RFC \d{3,5} [0-9A-Z]+(\.\d+)*$/);
    }
  });

  test("try several values of each limit", () => {
    const values = Map.groupBy(
      lookups.flatMap(({ measure }) => measure ?? []),
      ({ of }) => of,
    );
    expect(values.size).toBeGreaterThanOrEqual(4);
    for (const [of, tries] of values) expect(tries.length, of).toBeGreaterThanOrEqual(5);
  });
});

describe("canaries", () => {
  const canaries = all.filter(({ canary }) => canary);

  test("are the whole of their group", () => {
    expect(all.filter(({ canary, group }) => canary !== (group === "canary"))).toEqual([]);
  });

  test("demand: what may be one thing or another proves no lab", () => {
    for (const { expect: expectations } of canaries) {
      expect(expectations.dane?.level).toBe("must");
      expect(expectations.dane?.permitted).toHaveLength(1);
    }
  });

  test("prove that the resolver tells secure, insecure and bogus names apart, and the sender good from bad records", () => {
    const outcomes = canaries.map(({ expect: { dane } }) => dane?.permitted[0]);
    expect(new Set(outcomes)).toEqual(new Set(["authenticated", "cleartext", "deferred"]));
    const zones = canaries.flatMap((one) => Object.values(one.zones));
    expect(zones.some(({ signed }) => !signed)).toBe(true);
    expect(zones.some(({ faults }) => faults.length > 0)).toBe(true);
  });
});

describe("attacks", () => {
  const leaks = ({ expect: expectations }: Pick<Scenario, "expect">) =>
    Object.values(expectations).some((one) => one.leaks !== undefined);

  test("are the whole of their group", () => {
    expect(breaking((scenario) => isAttack(scenario) === (scenario.group === "atk"))).toEqual([]);
  });

  test("have a control that loses, or are beyond what DANE claims", () => {
    expect(breaking((scenario) => !isAttack(scenario) || scenario.limit !== null || leaks(scenario))).toEqual(
      [],
    );
  });

  test("end, unless they are beyond it, and the message that waited is delivered", () => {
    const ended = all.filter((scenario) => isAttack(scenario) && scenario.limit === null);
    for (const { steps } of ended) {
      const last = steps.at(-1);
      expect(last?.title).toBe("the attack is over");
      expect(last?.expect.dane?.permitted).toContain("authenticated");
      expect(last?.mx.every(({ attacker }) => attacker === null)).toBe(true);
    }
    expect(ended.length).toBeGreaterThan(55);
  });
});
