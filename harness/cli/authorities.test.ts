import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuthorityMode, TestedServer } from "../model/authority.ts";
import { judgeLookups } from "../model/judge-lookup.ts";
import type { LookupAnswer, LookupEvidence } from "../model/lookup.ts";
import { planAuthorities } from "../model/plan-authorities.ts";
import { describeScenario } from "../model/results-of.ts";
import { loadAuthorityScenarios } from "../run/load-scenarios.ts";
import { evidencePath } from "../run/pipeline.ts";
import { testLookups } from "../run/test-lookups.ts";
import { createOutput, writeReports } from "./output.ts";
import { call } from "./test-cli.ts";

/** The commands that tell of a run in which name servers were tried, and of its scenarios. */

const folder = await mkdtemp(join(tmpdir(), "danelab-authorities-"));
afterAll(() => rm(folder, { recursive: true }));

const server = (mode: AuthorityMode): TestedServer => ({
  id: `nsd@4.12/${mode}`,
  program: { name: "nsd", version: "4.12" },
  mode,
});
const servers = [server("serving"), server("secondary")];
const scenarios = (await loadAuthorityScenarios([])).filter(({ domain: { id } }) =>
  ["auth-tlsa", "auth-change"].includes(id),
);
const trials = planAuthorities(scenarios, servers);
const holds = { status: "secure", rcode: "NOERROR", rdata: ["030101ab"], empty: false } as const;

/** Right answers, but for one: nsd as secondary still has the zone from before the change. */
function evidenceOf({ id, scenario, server: { mode } }: (typeof trials)[number]): LookupEvidence {
  const answers = scenario.questions.map(({ way, step = 0 }): LookupAnswer => {
    const right = { way, rcode: "NOERROR", rdata: holds.rdata, ms: 3, error: null, died: false };
    const signed = way !== "server-plain" && way !== "server-no-EDNS";
    if (way.startsWith("by-")) return { ...right, authenticated: true };
    const stale = mode === "secondary" && step === 1 && way === "server-DO";
    const wrong = stale ? ["the TLSA records are not the zone's"] : [];
    return { ...right, authenticated: signed, findings: { wrong, bogus: [] } };
  });
  const later = scenario.domain.steps.map(() => holds);
  const question = { name: `_25._tcp.mx.${scenario.domain.id}.nsd.example.`, type: "TLSA" } as const;
  return { trial: id, question, expected: holds, later, answers, log: [], errors: [] };
}

beforeAll(async () => {
  const { results } = await testLookups(["unbound@1.26"]);
  const evidence = new Map(trials.map((trial) => [trial.id, evidenceOf(trial)]));
  const judged = judgeLookups({
    trials,
    evidence,
    divergences: new Map(),
    evidencePath: ({ id }) => evidencePath(id),
  });
  const output = await createOutput(folder);
  await output.saveLookups({ scenarios, servers });
  for (const one of evidence.values()) {
    const file = join(folder, evidencePath(one.trial));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(one));
  }
  const described = scenarios.map(({ domain }) => describeScenario(domain));
  await writeReports(folder, { ...results, scenarios: described, trials: [...judged.trials] });
});

describe("why", () => {
  test("what the server said, what it should have said, before and after the change", async () => {
    const { status, out, err } = await call("why", folder, "auth-change", "secondary");
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("asked for  _25._tcp.mx.auth-change.nsd.example. TLSA\n");
    expect(out).toMatch(/zone holds +NOERROR, 1 record.*\n.*\n +then +the zone changes\n +zone holds/);
    expect(out).toMatch(
      /\nThe server, asked with DO\n {2}NOERROR, 1 record: 030101ab, after 3 ms\.\n {2}All is as the zone demands; signatures and proofs are right\.\n {2}It MUST be secure\.\n/,
    );
    expect(out).toMatch(
      /\nThe server, asked with DO, after the change\n.*\n {2}Not right: the TLSA records are not the zone's\.\n {2}It MUST be secure\.\n {2}It is wrong/,
    );
    expect(out).toContain("  All is as the zone demands; there is nothing to verify by.\n");
    expect(out).toMatch(/\nUnbound, asked with DO\n {2}NOERROR, AD, 1 record/);
    expect(out).toContain("Again: ./danelab authorities auth-change --authority nsd@4.12 --mode secondary\n");
    expect(out).not.toMatch(/Judged anew|sender/);
  });

  test("one that is right", async () => {
    const { out } = await call("why", folder, "auth-tlsa", "serving");
    expect(out).toMatch(/✓ pass/);
    expect(out).not.toMatch(/Not right|after the change/);
  });
});

test("judge finds the same again, without starting anything", async () => {
  const read = async () => JSON.parse(await readFile(join(folder, "results.json"), "utf8")).trials;
  const before = await read();
  const { status, out } = await call("judge", folder);
  expect(status).toBe(1);
  expect(out).toContain("auth-change");
  expect(await read()).toEqual(before);
  expect(before.filter(({ verdict }: { verdict: string }) => verdict !== "pass")).toMatchObject([
    { id: "auth-change/nsd@4.12/secondary", verdict: "fail", outcome: "wrong" },
  ]);
});

describe("scenarios", () => {
  test("explain tells question, zone, and what is due, before and after the change", async () => {
    const { status, out } = await call("explain", "auth-change-removed");
    expect(status).toBe(0);
    expect(out).toMatch(/the server, asked without EDNS +MUST be insecure\n/);
    const [before, after] = out.split("\nThen: the zone has changed\n");
    expect(before).toContain("  secure: NOERROR, 1 record\n");
    expect(after).toContain("  secure: NXDOMAIN, no records\n");
    expect(before).toContain("IN TLSA 3 1 1");
    expect(after).not.toContain("IN TLSA 3 1 1");
  });

  test("list and lint take them with the others", async () => {
    const { out } = await call("list", "scenarios", "base-311", "auth-tlsa", "--json");
    expect(JSON.parse(out)).toMatchObject([
      { id: "base-311", kind: "mail" },
      { id: "auth-tlsa", kind: "authority" },
    ]);
    expect(await call("lint", "auth-*")).toEqual({ status: 0, out: "nothing found\n", err: "" });
  });

  test("a run of mail tells where they belong", async () => {
    const { status, err } = await call("run", "auth-tlsa");
    expect(status).toBe(2);
    expect(err).toContain("auth-tlsa sends no mail, it asks name servers: danelab authorities auth-tlsa");
  });
});
