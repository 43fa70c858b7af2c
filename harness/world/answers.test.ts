import { describe, expect, it } from "vitest";
import { wireName } from "../dns/name.ts";
import type { DnsStatus } from "../model/evidence.ts";
import { plan, stackOf } from "../model/plan.ts";
import type { AnswerAction } from "../model/scenario.ts";
import { checkFile } from "../run/check-scenarios.ts";
import {
  answer,
  intercept,
  leaksToTheAttacker,
  must,
  type ScenarioText,
  scenarios,
  selfSigned,
} from "../vocabulary.ts";
import { relayRules, struckStatus } from "./answers.ts";
import { compileWorld, type World } from "./world.ts";

const origin = "x.example.";
const absolute = (name: string): string => (name === "@" ? origin : `${name}.${origin}`);

function worldOf(...differences: readonly Partial<ScenarioText>[]): World {
  const stacks = ["unbound", "bind"].map((name) =>
    stackOf({ name: "postfix", version: "3.10" }, { name, version: "1" }),
  );
  const texts = differences.map((text) => ({
    ...{ id: "x", title: "x", cites: ["RFC 7672 2.2"], expect: { dane: must("deferred") } },
    ...text,
  }));
  const planned = plan(checkFile(scenarios("x", texts), "x.ts"), { stacks, policies: ["dane"] });
  return compileWorld(planned, { subnet: 3, now: new Date() });
}

/** "mx.x.dane.example. A bogus" of the questions that the harness asks in a step. */
function found(world: World, key: string, step = 0): readonly string[] {
  const { questions } = world.domains.get(key)!.steps[step]!;
  return questions.map(
    ({ question: { name, type }, status, empty }) =>
      `${name.replace(/x\.dane.*$/, "x")} ${type} ${status}${empty ? " empty" : ""}`,
  );
}

describe("what a validating resolver finds", () => {
  it.each<[AnswerAction, DnsStatus, DnsStatus]>([
    // In a signed zone, in an unsigned one.
    ["drop", "bogus", "bogus"],
    ["truncate", "bogus", "bogus"],
    ["nodata", "bogus", "any"],
    ["wrong-type", "bogus", "any"],
    ["nxdomain-as-servfail", "any", "any"],
    ["no-edns", "bogus", "any"],
    ["other-case", "secure", "insecure"],
    ["clear-ad", "secure", "insecure"],
  ])("%s: %s, or %s", (does, signed, unsigned) => {
    const rules = relayRules([answer(does, "TLSA")], absolute);
    const asked = { origin, name: "_25._tcp.mx.X.example.", type: "TLSA" };
    expect(struckStatus(rules, asked, "secure")).toBe(signed);
    // Of a zone whose keys are struck too, nothing is secure.
    if (signed === "bogus") expect(struckStatus(rules, asked, "bogus")).toBe("bogus");
    expect(struckStatus(rules, asked, "insecure")).toBe(unsigned);
    expect(struckStatus(rules, { ...asked, type: "A" }, "secure")).toBe("secure");
  });

  it("is open where only the first questions are struck, or a name on the way", () => {
    const asked = { origin, name: "_25._tcp.mx.x.example.", type: "TLSA" };
    expect(struckStatus(relayRules([answer("drop", "TLSA", { times: 1 })], absolute), asked, "secure")).toBe(
      "any",
    );
    const above = relayRules([answer("nxdomain", undefined, { name: "_tcp.mx" })], absolute);
    expect(struckStatus(above, asked, "secure")).toBe("any");
    expect(struckStatus(above, { origin, name: "mx.x.example.", type: "A" }, "secure")).toBe("secure");
    const apex = relayRules([answer("nxdomain", undefined, { name: "@" })], absolute);
    expect(struckStatus(apex, asked, "secure")).toBe("secure");
  });

  it("is open where a resolver may know from the name above that there is none", () => {
    const [there, missing] = [{}, { mx: { tlsa: [] } }].map((text) =>
      found(worldOf({ ...text, zone: { answers: [answer("servfail", "TLSA")] } }), "x.dane"),
    );
    expect(there).toContain("_25._tcp.mx.x TLSA bogus");
    expect(missing).toContain("_25._tcp.mx.x TLSA any empty");
  });

  it("is bogus in the whole zone where its keys cannot be had, and below a name that leads there", () => {
    const world = worldOf({
      zones: { hosts: { answers: [answer("servfail", "DNSKEY")] } },
      mx: { zone: "hosts", alias: "alias" },
    });
    expect(found(world, "x.dane")).toEqual([
      "x MX secure",
      "alias.x A bogus",
      "alias.x AAAA bogus",
      "_25._tcp.mx.hosts.x TLSA bogus",
      "_25._tcp.alias.x TLSA secure empty",
      "alias.x CNAME secure",
    ]);
  });
});

describe("the DNS relay", () => {
  it("serves the domains whose name servers misbehave, and no other", () => {
    const plain = worldOf({});
    expect(plain.relay).toMatchObject({ listen: [], zones: [] });
    const world = worldOf({
      zone: { answers: [answer("drop", "TLSA", { name: "_25._tcp.mx", times: 3 })] },
      zones: { hosts: {} },
    });
    const { domains } = world.addresses.nameServers;
    const { listen } = world.relay;
    expect(listen).toHaveLength(1);
    expect(world.relay).toEqual({
      listen,
      forward: domains,
      zones: ["x.dane-1.example.", "x.dane-2.example."].flatMap((zone) => [
        {
          origin: zone,
          forward: domains,
          rules: [{ does: "drop", type: 52, name: `_25._tcp.mx.${zone}`, times: 3 }],
        },
        { origin: `hosts.${zone}`, forward: domains, rules: [] },
      ]),
    });
    const tld = world.zoneFiles.find(({ path }) => path === "/zones/example.zone");
    const server = wireName("x-dane.relay.example.");
    expect(tld?.content).toContain(
      `\nx.dane-1.example. 60 IN NS \\# ${server.length} ${server.toString("hex")}\n`,
    );
  });

  it("has an address for each domain, which is the same for all stacks", () => {
    const strike = { zone: { answers: [answer("servfail", "TLSA")] } };
    const { zoneFiles, relay, hosts } = worldOf({ ...strike }, { ...strike, id: "y" });
    const taken = [...relay.listen, ...hosts.flatMap(({ addresses }) => addresses)];
    expect(relay.listen).toHaveLength(2);
    expect(new Set(taken).size).toBe(taken.length);
    const tld = zoneFiles.find(({ path }) => path === "/zones/example.zone");
    for (const [index, name] of ["x-dane", "y-dane"].entries()) {
      const address = Buffer.from(relay.listen[index]!.split(".").map(Number)).toString("hex");
      expect(tld?.content).toContain(`\n${name}.relay.example. 60 IN A \\# 4 ${address}\n`);
    }
  });

  it("does in each step what the step's zones say", () => {
    const world = worldOf({
      zone: { answers: [answer("servfail", "TLSA")] },
      steps: [{ title: "it recovers", zone: {}, expect: { dane: must("authenticated") } }],
    });
    const { steps } = world.domains.get("x.dane-1")!;
    expect(steps.map(({ forward }) => forward.flatMap(({ rules }) => rules.map(({ does }) => does)))).toEqual(
      [["servfail"], []],
    );
    expect(found(world, "x.dane-1")).toContain("_25._tcp.mx.x TLSA bogus");
    expect(found(world, "x.dane-1", 1)).toContain("_25._tcp.mx.x TLSA secure");
  });

  it("between sender and resolver has the rules of all names of the scenario, for each stack", () => {
    const world = worldOf({
      zones: { hosts: { under: "tld" } },
      mx: { zone: "hosts" },
      resolver: { answers: [answer("servfail", "TLSA"), answer("drop", undefined, { name: "@" })] },
    });
    expect(world.relay.zones).toEqual([]);
    const relay = world.stubRelays(1)[0]!;
    expect(relay.listen).toEqual([world.addresses.stub(1)]);
    expect(relay.forward).toBe(world.addresses.stack(1).ipv4);
    const rules = [
      { does: "servfail", type: 52 },
      { does: "drop", name: "x.dane.example." },
    ];
    expect(relay.zones).toEqual(
      ["x.dane.example.", "x-hosts.dane.example."].map((zone) => ({
        origin: zone,
        forward: relay.forward,
        rules,
      })),
    );
    // The resolver itself is asked without them.
    expect(found(world, "x.dane")).toContain("_25._tcp.mx.x-hosts.dane.example. TLSA secure");
  });

  it("leaves open what a resolver that was asked with CD says of bogus data", () => {
    const world = worldOf({
      zone: { answers: [answer("nodata", "MX")] },
      mx: { attacker: intercept(selfSigned()) },
      expect: { dane: must("deferred"), oblivious: leaksToTheAttacker("encrypted") },
    });
    expect(found(world, "x.dane-1")).toContain("x MX bogus");
    const oblivious = found(world, "x.oblivious-1");
    expect(oblivious).toContain("x.oblivious-1.example. MX any");
    expect(oblivious).toContain("mx.x.oblivious-1.example. A secure");
  });
});
