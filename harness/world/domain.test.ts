import { describe, expect, it } from "vitest";
import { wireName } from "../dns/name.ts";
import { at, compactDenial, fault, mismatch, record } from "../vocabulary.ts";
import { compile, ownersIn, recordsIn, type SetupText } from "./test-domain.ts";

const main = "x.dane.example.";
const rdata = (text: SetupText, owner: string, type: string): readonly string[] =>
  compile(text).drafts.flatMap(({ records }) =>
    records
      .filter((one) => one.name === owner && one.type === type)
      .map((one) => Buffer.from(one.rdata).toString("latin1")),
  );
const wire = (name: string): string => wireName(name).toString("latin1");

describe("the base set-up", () => {
  it("is one zone with one MX host", () => {
    expect(ownersIn(compile({}), main)).toEqual([
      "mx.x.dane.example. A",
      "mx.x.dane.example. AAAA",
      "_25._tcp.mx.x.dane.example. TLSA",
      "x.dane.example. MX",
    ]);
  });
});

describe("where TLSA records stand", () => {
  it.each<[string, NonNullable<SetupText["mx"]>, readonly string[]]>([
    ["host", {}, ["_25._tcp.mx"]],
    ["alias", { alias: "alias", tlsaAt: "alias" }, ["_25._tcp.alias"]],
    ["a name", { tlsaAt: "tlsa._dane" }, ["tlsa._dane"]],
    ["a wildcard", { tlsaAt: "*._tcp.mx" }, ["*._tcp.mx"]],
    ["a text with places", { tlsaAt: "_443._tcp.{mx}" }, ["_443._tcp.mx"]],
    ["another port", { port: 2525 }, ["_2525._tcp.mx"]],
    [
      "each record where it says",
      { alias: "alias", tlsa: ["3 1 1", at("alias", mismatch("3 1 1"))] },
      ["_25._tcp.mx", "_25._tcp.alias"],
    ],
  ])("%s", (_, mx, owners) => {
    const found = recordsIn(compile({ mx }), main).filter(({ type }) => type === "TLSA");
    expect(found.map(({ name }) => name)).toEqual(owners.map((owner) => `${owner}.${main}`));
  });

  it("is the deepest zone that has the name", () => {
    const domain = compile({
      zones: { hosts: { under: "tld" }, tlsa: { under: "hosts", origin: "_tcp.mx" } },
      mx: { zone: "hosts" },
    });
    expect(ownersIn(domain, main)).toEqual(["x.dane.example. MX"]);
    expect(ownersIn(domain, "x-hosts.dane.example.")).toEqual([
      "mx.x-hosts.dane.example. A",
      "mx.x-hosts.dane.example. AAAA",
    ]);
    expect(ownersIn(domain, "_tcp.mx.x-hosts.dane.example.")).toEqual([
      "_25._tcp.mx.x-hosts.dane.example. TLSA",
    ]);
  });

  it("is nowhere where there is no room for the owner's name", () => {
    const long = Array.from({ length: 4 }, () => "a".repeat(57)).join(".");
    expect(wireName(`${long}.${main}`).length).toBeGreaterThan(246);
    const owners = ownersIn(compile({ mx: { host: long } }), main);
    expect(owners).toContain(`${long}.${main} A`);
    expect(owners.filter((owner) => owner.endsWith("TLSA"))).toEqual([]);
  });
});

describe("aliases", () => {
  it("lead to the host, or where they say, or are made by something else", () => {
    const alias = `alias.${main}`;
    expect(rdata({ mx: { alias: "alias" } }, alias, "CNAME")).toEqual([wire(`mx.${main}`)]);
    expect(rdata({ mx: { alias: { name: "alias", target: "b" } } }, alias, "CNAME")).toEqual([
      wire(`b.${main}`),
    ]);
    expect(rdata({ mx: { alias: { name: "alias", target: null } } }, alias, "CNAME")).toEqual([]);
    expect(rdata({ mx: { alias: { name: "alias", target: null } } }, main, "MX")).toEqual([
      `\0\n${wire(alias)}`,
    ]);
  });

  it.each<[string, SetupText]>([
    ["CNAME", { recipient: "next", zone: { records: [record("next", "CNAME", "@")] } }],
    ["DNAME", { recipient: "next.old", zone: { records: [record("old", "DNAME", "@")] } }],
    [
      "CNAME in another zone",
      {
        recipient: "next.{old}",
        zones: { old: { under: "tld", records: [record("next", "CNAME", "{domain}")] } },
      },
    ],
  ])("of the next hop leave the MX records at the main zone: %s", (_, text) => {
    expect(rdata(text, main, "MX")).toHaveLength(1);
  });

  it("that are not of the next hop leave the MX records with it", () => {
    const zone = { records: [record("old", "DNAME", "@"), record("other", "CNAME", "@")] };
    expect(rdata({ recipient: "next", zone }, `next.${main}`, "MX")).toHaveLength(1);
  });
});

describe("records", () => {
  it("keep the case they are written in", () => {
    const text = { recipient: "TeaM", mx: { host: "mX.HosTs" } };
    expect(ownersIn(compile(text), main)).toContain("_25._tcp.mX.HosTs.x.dane.example. TLSA");
    expect(rdata(text, `TeaM.${main}`, "MX")).toEqual([`\0\n${wire(`mX.HosTs.${main}`)}`]);
  });

  it("all have the TTL of their zone, and so have denials", () => {
    const domain = compile({
      zone: { ttl: 1, records: [record("text", "TXT", "word")] },
      zones: { hosts: { ttl: 7 } },
      mx: { zone: "hosts" },
    });
    expect(new Set(recordsIn(domain, main).map(({ ttl }) => ttl))).toEqual(new Set([1]));
    expect(new Set(recordsIn(domain, `hosts.${main}`).map(({ ttl }) => ttl))).toEqual(new Set([7]));
    const minimum = recordsIn(domain, main)
      .find(({ type }) => type === "SOA")
      ?.rdata.slice(-4);
    expect(Buffer.from(minimum ?? [])).toEqual(Buffer.from([0, 0, 0, 1]));
  });

  it("hold the first MX host's address where they say so", () => {
    const zone = { records: [record("copy", "A", "{ipv4}"), record("@", "MX", "5 {ipv4}.")] };
    expect(rdata({ zone }, `copy.${main}`, "A")).toEqual(rdata({ zone }, `mx.${main}`, "A"));
    expect(rdata({ zone }, main, "MX")).toContain(`\0\x05${wire("198.18.4.1.")}`);
  });

  it("are no addresses where the host has none", () => {
    const domain = compile({ mx: { addresses: "none" } });
    expect(domain.hosts.map(({ addresses }) => addresses)).toEqual([[]]);
    expect(ownersIn(domain, main)).not.toContain("mx.x.dane.example. A");
  });
});

describe("names in faults and denials", () => {
  it("are made absolute", () => {
    const [draft] = compile({
      zone: {
        faults: [fault("signature-expired", "A", "mx")],
        denial: compactDenial("_25._tcp.mx"),
      },
    }).drafts;
    expect(draft?.faults).toEqual([{ fault: "signature-expired", type: "A", name: `mx.${main}` }]);
    expect(draft?.signing?.denial).toEqual({ type: "compact", names: [`_25._tcp.mx.${main}`] });
  });
});
