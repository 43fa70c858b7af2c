import { describe, expect, it } from "vitest";
import { createKeyRing, type KeyRing } from "../dns/keys.ts";
import { record } from "../dns/record.ts";
import type { ZoneDraft } from "../dns/zone.ts";
import { fault, key, nsec3, record as spec } from "../vocabulary.ts";
import { compile, type SetupText, validity } from "./test-domain.ts";
import { buildTree, type ZoneTree } from "./tree.ts";

const soa = (origin: string) => [
  record(origin, "SOA", 60, "ns.hosting.example. h.hosting.example. 1 3600 600 86400 10"),
  record(origin, "NS", 60, "ns.hosting.example."),
];

function treeOf(text: SetupText, ring?: KeyRing): ZoneTree {
  const signing = { algorithm: 13, keys: "ksk+zsk", denial: { type: "nsec" }, ...validity } as const;
  const upper = [".", "example."].map(
    (origin): ZoneDraft => ({ origin, records: soa(origin), signing, faults: [] }),
  );
  return buildTree([...upper, ...compile(text).drafts], () => "ns.hosting.example.", ring);
}

/** "secure", "insecure empty": what a resolver must find. */
function ask(text: SetupText, name: string, type: string): string {
  const { status, empty } = treeOf(text).expected(`${name}.dane.example.`, type);
  return empty ? `${status} empty` : status;
}

describe("the chain from the root", () => {
  it("is as strong as its weakest zone, whatever is below it", () => {
    const signed = { mx: { zone: "hosts" }, zones: { hosts: {} } };
    expect(ask(signed, "mx.hosts.x", "A")).toBe("secure");
    expect(ask({ ...signed, zone: { unsigned: true } }, "mx.hosts.x", "A")).toBe("insecure");
    expect(ask({ ...signed, zone: { faults: [fault("ds-mismatch")] } }, "mx.hosts.x", "A")).toBe("bogus");
    expect(ask({ ...signed, zone: { algorithm: 16 } }, "mx.hosts.x", "A")).toBe("any");
  });

  it("makes faults below an insecure delegation harmless", () => {
    const text = {
      zone: { unsigned: true },
      zones: { hosts: { faults: [fault("signature-expired", "A")] } },
      mx: { zone: "hosts" },
    };
    expect(ask(text, "mx.hosts.x", "A")).toBe("insecure");
  });

  it("breaks at a DS record whose signature is bad, and at one that is denied without proof", () => {
    const zones = { hosts: {} };
    const mx = { zone: "hosts" };
    const badDs = { zone: { faults: [fault("signature-flipped", "DS", "hosts")] }, zones, mx };
    expect(ask(badDs, "mx.hosts.x", "A")).toBe("bogus");
    expect(ask(badDs, "x", "MX")).toBe("secure");
    const noProof = {
      zone: { faults: [fault("denial-unproven")] },
      zones: { hosts: { unsigned: true } },
      mx,
    };
    expect(ask(noProof, "mx.hosts.x", "A")).toBe("bogus");
  });

  it("goes on over many delegations", () => {
    const zones = { a: {}, b: { under: "a" }, c: { under: "b" }, d: { under: "c" } };
    expect(ask({ zones, mx: { zone: "d" } }, "mx.d.c.b.a.x", "A")).toBe("secure");
    const broken = { ...zones, b: { under: "a", faults: [fault("dnskey-missing")] } };
    expect(ask({ zones: broken, mx: { zone: "d" } }, "mx.d.c.b.a.x", "A")).toBe("bogus");
    expect(ask({ zones: broken, mx: { zone: "d" } }, "_25._tcp.mx.a.x", "TLSA")).toBe("secure empty");
  });

  it("needs one algorithm that is known (RFC 4035 5.2)", () => {
    const other = [
      key("ksk", { label: "o", algorithm: "unknown" }),
      key("zsk", { label: "o", algorithm: "unknown" }),
    ];
    expect(ask({ zone: { keys: [key("ksk"), key("zsk"), ...other] } }, "x", "MX")).toBe("secure");
    expect(ask({ zone: { keys: other } }, "x", "MX")).toBe("insecure");
  });
});

describe("aliases", () => {
  const hosts = (zone: object): SetupText => ({
    zones: { hosts: { under: "tld", ...zone } },
    mx: { zone: "hosts", alias: "alias" },
  });

  it("are as good as the weakest link, each link by itself as good as its zone", () => {
    expect(ask(hosts({}), "alias.x", "A")).toBe("secure");
    expect(ask(hosts({ unsigned: true }), "alias.x", "A")).toBe("insecure");
    expect(ask(hosts({ unsigned: true }), "alias.x", "CNAME")).toBe("secure");
    expect(ask(hosts({ faults: [fault("signature-missing", "A")] }), "alias.x", "A")).toBe("bogus");
    expect(ask(hosts({ faults: [fault("signature-missing", "A")] }), "alias.x", "AAAA")).toBe("secure");
  });

  it("of nothing end in what proves it", () => {
    const zone = { records: [spec("a", "CNAME", "nothing.{hosts}")] };
    expect(ask({ zone, zones: { hosts: {} } }, "a.x", "TLSA")).toBe("secure empty");
    expect(ask({ zone, zones: { hosts: { unsigned: true } } }, "a.x", "TLSA")).toBe("insecure empty");
    expect(ask({ zone, zones: { hosts: { denial: nsec3({ optOut: true }) } } }, "a.x", "TLSA")).toBe(
      "insecure empty",
    );
  });

  it("in a circle, or in a long chain, are left to the resolver", () => {
    const circle = { zone: { records: [spec("a", "CNAME", "b"), spec("b", "CNAME", "a")] } };
    expect(ask(circle, "a.x", "A")).toBe("any empty");
    const chain = (count: number): SetupText => ({
      zone: {
        records: Array.from({ length: count }, (_, index) =>
          spec(`a${index}`, "CNAME", index + 1 === count ? "mx" : `a${index + 1}`),
        ),
      },
    });
    expect(ask(chain(10), "a0.x", "A")).toBe("secure");
    expect(ask(chain(11), "a0.x", "A")).toBe("any");
  });

  it("by DNAME lead into other zones", () => {
    const text = {
      zone: { records: [spec("old", "DNAME", "{hosts}")] },
      zones: { hosts: { unsigned: true } },
      mx: { zone: "hosts", alias: { name: "mx.old", target: null } },
    };
    expect(ask(text, "_25._tcp.mx.old.x", "TLSA")).toBe("insecure");
  });
});

describe("signed again with the same ring", () => {
  const keysIn = ({ zones }: ZoneTree, type: string) =>
    zones.flatMap(({ origin, records }) =>
      records
        .filter((one) => one.type === type)
        .map((one) => `${origin} ${one.name} ${Buffer.from(one.rdata).toString("hex")}`),
    );

  it("all zones keep their keys, and only those", () => {
    const ring = createKeyRing();
    const [first, second] = [treeOf({}, ring), treeOf({ mx: { tlsa: [] } }, ring)];
    expect(keysIn(second, "DNSKEY")).toEqual(keysIn(first, "DNSKEY"));
    expect(keysIn(second, "DS")).toEqual(keysIn(first, "DS"));
    expect(keysIn(treeOf({}), "DNSKEY")).not.toEqual(keysIn(first, "DNSKEY"));
    expect(new Set(keysIn(first, "DNSKEY")).size).toBe(6);
  });

  it("a key rolls over by its label: what is published next is what signs later", () => {
    const ring = createKeyRing();
    const next = { label: "next" };
    const before = treeOf(
      { zone: { keys: [key("ksk"), key("zsk"), key("zsk", { ...next, signs: false })] } },
      ring,
    );
    const after = treeOf(
      { zone: { keys: [key("ksk"), key("zsk", { signs: false }), key("zsk", next)] } },
      ring,
    );
    expect(keysIn(after, "DNSKEY")).toEqual(keysIn(before, "DNSKEY"));
    const signers = (tree: ZoneTree) =>
      new Set(
        tree.zones
          .find(({ origin }) => origin === "x.dane.example.")
          ?.records.filter(({ type, rdata }) => type === "RRSIG" && Buffer.from(rdata).readUInt16BE(0) !== 48)
          .map(({ rdata }) => Buffer.from(rdata).readUInt16BE(16)),
      );
    expect(signers(before).size).toBe(1);
    expect(signers(after)).not.toEqual(signers(before));
    expect(before.expected("x.dane.example.", "MX").status).toBe("secure");
    expect(after.expected("x.dane.example.", "MX").status).toBe("secure");
  });
});
