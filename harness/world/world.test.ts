import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { FarmHost } from "../model/farm.ts";
import { plan, stackOf } from "../model/plan.ts";
import { type Policy, policies } from "../model/scenario.ts";
import { checkFile } from "../run/check-scenarios.ts";
import {
  answer,
  dv,
  fault,
  intercept,
  leaksToTheAttacker,
  mismatch,
  must,
  type ScenarioText,
  scenarios,
  selfSigned,
} from "../vocabulary.ts";
import { compileWorld, type World } from "./world.ts";

const now = new Date("2026-06-15T12:00:00Z");
const stacks = ["unbound", "bind"].map((resolver) =>
  stackOf({ name: "postfix", version: "3" }, { name: resolver, version: "1" }),
);

type Text = Partial<ScenarioText> & Pick<ScenarioText, "id">;

function worldOf(texts: readonly Text[], selected: readonly Policy[] = ["dane", "may"]): World {
  const whole = texts.map((text) => ({
    title: "a test",
    cites: ["RFC 7672 2.2"],
    expect: { dane: must("authenticated") },
    ...text,
  }));
  const planned = plan(checkFile(scenarios("test", whole), "test.ts"), { stacks, policies: selected });
  return compileWorld(planned, { subnet: 3, now });
}

function zoneLines({ zoneFiles }: World, origin: string, folder = ""): readonly string[] {
  const file = zoneFiles.find(({ path }) => path === `/zones/${folder}${origin}.zone`);
  return String(file?.content ?? "")
    .trimEnd()
    .split("\n");
}

/** RDATA of TLSA records of a domain, hexadecimal. */
function tlsaOf(world: World, origin: string, folder?: string): readonly string[] {
  return zoneLines(world, origin, folder).flatMap(
    (line) => /^_25\._tcp\S* \d+ IN TLSA \\# \d+ (.*)$/.exec(line)?.[1] ?? [],
  );
}

function hostsOf({ hosts }: World, domain: string): readonly FarmHost[] {
  return hosts.filter((host) => host.domain === domain);
}

/** What a 3 1 1 of the certificate that the host serves holds. */
function keyDigest({ certificate }: Pick<FarmHost, "certificate">): string {
  const key = new X509Certificate(certificate.chain).publicKey.export({ format: "der", type: "spki" });
  return createHash("sha256").update(key).digest("hex");
}

describe("each trial's domain", () => {
  const world = worldOf([
    { id: "one", mx: [{ host: "mx1" }, { host: "mx2", addresses: "ipv4" }] },
    { id: "two", zones: { hosts: { under: "tld" } }, mx: { zone: "hosts" } },
  ]);

  it("has a recipient and zones of its own", () => {
    expect([...world.domains.keys()].sort()).toEqual([
      "one.dane",
      "one.dane-twin",
      "one.may",
      "two.dane",
      "two.dane-twin",
      "two.may",
    ]);
    const facts = [...world.domains.values()];
    expect(facts.map(({ steps: [{ recipient }] }) => recipient)).toContain("two.dane-twin.example");
    const zones = facts.flatMap((one) => one.zones);
    expect(zones).toContain("two-hosts.may.example");
    expect(new Set(zones).size).toBe(zones.length);
    expect(zones).toHaveLength(9);
  });

  it("has addresses of its own, all in the farm's part of the lab's network", () => {
    const addresses = world.hosts.flatMap((host) => host.addresses);
    expect(addresses).toHaveLength(3 * 3 + 3 * 2);
    expect(new Set(addresses).size).toBe(addresses.length);
    const indexes = world.hosts.map((_, index) => world.addresses.mxHost(index));
    const own = new Set(indexes.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]));
    expect(addresses.filter((address) => !own.has(address))).toEqual([]);
  });

  it("publishes the addresses that its hosts have", () => {
    for (const host of world.hosts) {
      const [ipv4 = ""] = host.addresses;
      const hex = Buffer.from(ipv4.split(".").map(Number)).toString("hex");
      const origin = host.name.slice(host.name.indexOf(".") + 1);
      expect(zoneLines(world, origin)).toContain(`${host.name}. 60 IN A \\# 4 ${hex}`);
    }
  });

  it("shares no key and no certificate with another", () => {
    const fingerprints = world.hosts.map(
      ({ certificate }) => new X509Certificate(certificate.chain).fingerprint256,
    );
    const digests = world.hosts.map(keyDigest);
    // Two hosts of one domain have the names {mx} of their own, so certificates, too.
    expect(new Set(fingerprints).size).toBe(world.hosts.length);
    expect(new Set(digests).size).toBe(world.hosts.length);
  });
});

describe("twins", () => {
  const world = worldOf([
    { id: "plain", mx: { tlsa: ["3 1 1", "2 0 2", mismatch("3 1 1")], certificate: dv() } },
    { id: "canary", canary: true },
  ]);

  it("have records of the same shape that match nothing", () => {
    const [main, twin] = ["plain.dane", "plain.dane-twin"].map((key) => tlsaOf(world, `${key}.example`));
    const shapes = (records: readonly string[]): readonly string[] =>
      records.map((record) => `${record.slice(0, 6)} ${record.length}`).sort();
    expect(main).toHaveLength(3);
    expect(shapes(twin!)).toEqual(shapes(main!));
    const [host] = hostsOf(world, "plain.dane");
    const [twinHost] = hostsOf(world, "plain.dane-twin");
    expect(main).toContain(`030101${keyDigest(host!)}`);
    const root = new X509Certificate(twinHost!.certificate.chain.split(/(?=-----BEGIN)/).at(-1)!);
    expect(twin).not.toContain(`030101${keyDigest(twinHost!)}`);
    expect(twin).not.toContain(`020002${createHash("sha512").update(root.raw).digest("hex")}`);
    // Three different records still: an RRset holds no record twice.
    expect(new Set(twin).size).toBe(3);
  });

  it("are what a resolver finds to be secure, as their trial is", () => {
    const status = (key: string): readonly string[] =>
      world.domains
        .get(key)!
        .steps[0].questions.map(({ question, status, empty }) => `${question.type} ${status} ${empty}`);
    expect(status("plain.dane-twin")).toEqual(status("plain.dane"));
    expect(status("plain.dane")).toContain("TLSA secure false");
  });

  it("are made of canaries, at the start and at the end", () => {
    const keys = [...world.domains.keys()].filter((key) => key.startsWith("canary."));
    expect(keys.sort()).toEqual([
      "canary.dane-end",
      "canary.dane-end-twin",
      "canary.dane-start",
      "canary.dane-start-twin",
      "canary.may-end",
      "canary.may-start",
    ]);
  });
});

describe("attackers", () => {
  it.each(["p256", "rsa2048"] as const)(
    "do not have the key of the host that they stand before (%s)",
    (key) => {
      const certificate = selfSigned({ key });
      const world = worldOf(
        [
          {
            id: "attack",
            mx: { certificate, attacker: intercept(certificate) },
            steps: [],
            expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
          },
        ],
        policies,
      );
      expect(world.hosts.length).toBeGreaterThan(1);
      for (const host of world.hosts) {
        const { attacker } = host;
        expect(attacker?.does).toBe("intercept");
        if (attacker?.does !== "intercept") continue;
        const own = new X509Certificate(attacker.certificate.chain);
        expect(own.subjectAltName).toBe(`DNS:${host.name}`);
        expect(keyDigest(attacker)).not.toBe(keyDigest(host));
        expect(tlsaOf(world, `${host.domain}.example`)).toEqual([`030101${keyDigest(host)}`]);
      }
    },
  );
});

describe("a zone without good keys", () => {
  it.each([
    ["the DS record is kept back", { answers: [answer("nodata", "DS", { name: "child" })] }, {}],
    ["its keys are kept back", {}, { answers: [answer("nodata", "DNSKEY")] }],
  ] as const)("may be remembered when that is over: %s", (_, parent, child) => {
    const world = worldOf(
      [
        {
          id: "attacked",
          recipient: "{child}",
          zone: parent,
          zones: { child },
          mx: [{ zone: "child" }, { host: "elsewhere" }],
          steps: [{ title: "over", zone: {}, zones: { child: {} }, expect: { dane: must("authenticated") } }],
          expect: { dane: must("deferred") },
        },
      ],
      ["dane"],
    );
    const [before, after] = world.domains.get("attacked.dane-1")!.steps;
    const statuses = (step: typeof after) =>
      step?.questions.map(({ question: { name }, status }) => [name.includes("child"), status]);
    const distinct = (step: typeof after) => [...new Set(statuses(step)?.map(String))].sort();
    expect(distinct(before)).toEqual(["false,secure", "true,bogus"]);
    expect(distinct(after)).toEqual(["false,secure", "true,any"]);
  });
});

describe("an attacker that appends", () => {
  it("shows the host's certificates behind its own, and has its own key", () => {
    const world = worldOf(
      [
        {
          id: "appended",
          mx: {
            certificate: dv(),
            tlsa: ["2 0 1"],
            attacker: intercept(selfSigned(), "normal", { appendsGenuine: true }),
          },
          steps: [],
          expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
        },
      ],
      ["dane"],
    );
    const [host] = world.hosts;
    if (host?.attacker?.does !== "intercept") expect.fail("there is no attacker");
    const { chain, key } = host.attacker.certificate;
    expect(chain.endsWith(host.certificate.chain)).toBe(true);
    expect(new X509Certificate(chain).checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(key).not.toBe(host.certificate.key);
  });
});

describe("steps", () => {
  const world = worldOf(
    [
      {
        id: "later",
        mx: { tlsa: [mismatch("3 1 1")] },
        expect: { dane: must("deferred") },
        steps: [
          {
            title: "the record is corrected",
            mx: { tlsa: ["3 1 1"] },
            expect: { dane: must("authenticated") },
          },
        ],
      },
    ],
    ["dane"],
  );
  const keys = (folder: string): readonly string[] =>
    zoneLines(world, "later.dane-1.example", folder).filter((line) => line.includes(" DNSKEY "));

  it("change what is said to change; keys, hosts and certificates stay", () => {
    const facts = world.domains.get("later.dane-1");
    const [before, after] = facts!.steps;
    expect(after!.hosts).toEqual(before!.hosts);
    expect(keys("")).toHaveLength(2);
    expect(keys("step-1/")).toEqual(keys(""));
    const right = `030101${keyDigest(before!.hosts[0]!)}`;
    expect(tlsaOf(world, "later.dane-1.example")).not.toContain(right);
    expect(tlsaOf(world, "later.dane-1.example", "step-1/")).toEqual([right]);
  });

  it("are a domain for each stack, served past the relay by a server for each step", () => {
    expect([...world.domains.keys()].filter((key) => !key.includes("twin"))).toEqual([
      "later.dane-1",
      "later.dane-2",
    ]);
    const forwards = world.domains.get("later.dane-1")!.steps.map(({ forward }) => forward);
    const servers = new Map(world.servers.map(({ name, addresses }) => [name, addresses[0]]));
    expect(forwards).toEqual([
      [{ origin: "later.dane-1.example.", forward: servers.get("domains"), rules: [] }],
      [{ origin: "later.dane-1.example.", forward: servers.get("step-1"), rules: [] }],
    ]);
    expect(
      zoneLines(world, "example").filter((line) => /^later\.dane-1\.example\. \d+ IN NS /.test(line)),
    ).toHaveLength(1);
  });
});

describe("what the lab's programs are told", () => {
  const world = worldOf([
    { id: "bad", zone: { faults: [fault("signature-expired", "TLSA")] }, expect: { dane: must("deferred") } },
  ]);

  it("each zone file is served by one server, and each served zone has its file", () => {
    const served = world.servers.flatMap(({ zones }) => zones.map(({ file }) => file));
    expect([...served].sort()).toEqual(world.zoneFiles.map(({ path }) => path).sort());
    expect(new Set(served).size).toBe(served.length);
    expect(world.servers.map(({ name }) => name)).toEqual(["root", "tld", "domains"]);
    expect(world.servers[1]?.zones).toEqual([{ origin: "example.", file: "/zones/example.zone" }]);
  });

  it("the trust anchor is the root's own key, the hints its server", () => {
    expect(zoneLines(world, "root")).toContain(world.facts.trustAnchor.trimEnd());
    expect(world.facts.trustAnchor).toMatch(/^\. \d+ IN DNSKEY 257 3 13 \S+\n$/);
    expect(world.facts.rootHints).toContain(` IN A ${world.addresses.nameServers.root}\n`);
    expect(new X509Certificate(world.facts.trustStore).ca).toBe(true);
  });

  it("questions say what a resolver must find", () => {
    const [{ questions }] = world.domains.get("bad.dane")!.steps;
    expect(
      questions.map(
        ({ question: { name, type }, status, empty }) => `${name} ${type} ${status}${empty ? " empty" : ""}`,
      ),
    ).toEqual([
      "bad.dane.example. MX secure",
      "mx.bad.dane.example. A secure",
      "mx.bad.dane.example. AAAA secure",
      "_25._tcp.mx.bad.dane.example. TLSA bogus",
    ]);
  });

  it("a bogus zone is signed so that it is bogus now: its signature ran out before", () => {
    const expirations = zoneLines(world, "bad.dane.example").flatMap((line) => {
      const data = /^_25\S+ \d+ IN RRSIG \\# \d+ 0034(.{12})(.{8})/.exec(line);
      return data ? [Number.parseInt(data[2]!, 16) * 1000] : [];
    });
    expect(expirations).toHaveLength(1);
    expect(expirations[0]).toBeLessThan(now.getTime());
  });
});
