import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { FarmHost } from "../model/farm.ts";
import { plan, stackOf, twinOf } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { associationData } from "../pki/tlsa.ts";
import { checkFile } from "../run/check-scenarios.ts";
import {
  dv,
  intercept,
  leaksToTheAttacker,
  mismatch,
  must,
  recordOf,
  type ScenarioText,
  scenarios,
  selfSigned,
} from "../vocabulary.ts";
import { compileWorld, type World } from "./world.ts";

/** One certificate for each specification, in all hosts and steps of a domain; records of those that nobody serves. */

function scenario(text: Partial<ScenarioText>): Scenario {
  const [whole] = checkFile(
    scenarios("group", [
      { id: "x", title: "X", cites: ["RFC 7672 2.2"], expect: { dane: must("authenticated") }, ...text },
    ]),
    "file",
  );
  return whole!;
}

function worldOf(one: Scenario): World {
  const stack = stackOf({ name: "any", version: "0" }, { name: "any", version: "0" });
  const planned = plan([one], { stacks: [stack], policies: ["dane"] });
  return compileWorld(planned, { subnet: 1, now: new Date() });
}

/** The hosts of the first domain in each of its steps. */
function stepsOf(one: Scenario): readonly (readonly FarmHost[])[] {
  const [domain] = worldOf(one).domains.values();
  return domain!.steps.map(({ hosts }) => hosts);
}

function leaf({ certificate }: Pick<FarmHost, "certificate">): X509Certificate {
  return new X509Certificate(certificate.chain);
}

const key = (host: FarmHost): string => host.certificate.key;
/** RDATA of the TLSA records, as the first zone's file has them. */
function tlsaOf(one: Scenario): { world: World; data: readonly string[] } {
  const world = worldOf(one);
  const file = String(
    world.zoneFiles.find(({ path }) => /^\/zones\/x\.dane(-1)?\.example\.zone$/.test(path))?.content,
  );
  return { world, data: [...file.matchAll(/ TLSA \\# \d+ ([0-9a-f]+)$/gm)].map(([, hex]) => hex!) };
}

const next = selfSigned({ label: "next" });

describe("a specification", () => {
  it("is one certificate wherever it stands; a label makes another, places too", () => {
    const shared = selfSigned({ names: ["{domain}"], commonName: null });
    const [hosts] = stepsOf(
      scenario({ mx: [{ certificate: shared }, { certificate: shared }, { certificate: next }, {}] }),
    );
    const prints = hosts!.map((host) => leaf(host).fingerprint256);
    expect(prints[0]).toBe(prints[1]);
    expect(new Set(prints).size).toBe(3);
    expect(key(hosts![0]!)).toBe(key(hosts![1]!));
  });

  it("stays the same certificate over all steps", () => {
    const steps = stepsOf(
      scenario({
        steps: [
          { title: "switched", mx: { certificate: next }, expect: { dane: must("deferred") } },
          { title: "and back", mx: {}, expect: { dane: must("authenticated") } },
        ],
      }),
    );
    const [first, second, third] = steps.map(([host]) => leaf(host!).fingerprint256);
    expect(third).toBe(first);
    expect(second).not.toBe(first);
  });

  it("is another certificate in an attacker's hands", () => {
    const [hosts] = stepsOf(
      scenario({
        mx: { attacker: intercept(selfSigned()) },
        expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
      }),
    );
    const { attacker } = hosts![0]!;
    if (attacker?.does !== "intercept") expect.fail("there is no attacker");
    expect(attacker.certificate.key).not.toBe(key(hosts![0]!));
  });

  it.each(["rsa2048", "p256"] as const)(
    "of keys of type %s shares none with another of the domain",
    (type) => {
      const [hosts] = stepsOf(
        scenario({
          mx: ["a", "b", "c"].map((label) => ({ certificate: selfSigned({ key: type, label }) })),
        }),
      );
      expect(new Set(hosts!.map(key)).size).toBe(3);
    },
  );

  it("has the addresses of the host that it is for", () => {
    const certificate = selfSigned({ names: [], addresses: ["{ipv4}", "{ipv6}"] });
    const [hosts] = stepsOf(scenario({ mx: [{ certificate }, { certificate }] }));
    for (const host of hosts!)
      for (const address of host.addresses) expect(leaf(host).checkIP(address)).toBeDefined();
  });
});

describe("records", () => {
  it("are of the certificate that they name, not only of the host's own", () => {
    const { world, data } = tlsaOf(scenario({ mx: { tlsa: ["3 1 1", recordOf(next, "3 1 1")] } }));
    const spki = leaf(world.hosts[0]!).publicKey.export({ format: "der", type: "spki" });
    const own = associationData({ der: spki, spki }, 1, 1).toString("hex");
    expect(data).toHaveLength(2);
    expect(data.filter((hex) => hex === `030101${own}`)).toHaveLength(1);
  });

  it("of a certificate that is served in a later step match it", () => {
    const one = scenario({
      mx: { tlsa: ["3 1 1", recordOf(next, "3 1 1")] },
      steps: [{ title: "later", mx: { certificate: next }, expect: { dane: must("authenticated") } }],
    });
    const { world, data } = tlsaOf(one);
    const [domain] = world.domains.values();
    const spki = leaf(domain!.steps[1]!.hosts[0]!).publicKey.export({ format: "der", type: "spki" });
    expect(data).toContain(`030101${associationData({ der: spki, spki }, 1, 1).toString("hex")}`);
  });

  it("of a twin all differ from those that match, and from each other", () => {
    const one = scenario({
      mx: { certificate: dv(), tlsa: ["3 1 1", "2 0 1", recordOf(next, "3 1 1"), mismatch("3 1 1")] },
    });
    const before = new Set(tlsaOf(one).data);
    const after = tlsaOf(twinOf(one)).data;
    expect(new Set(after).size).toBe(4);
    expect(after.filter((hex) => before.has(hex))).toEqual([]);
    expect(after.map((hex) => hex.length).sort()).toEqual([...before].map((hex) => hex.length).sort());
  });
});

it("further certificates are served beside the first", () => {
  const [hosts] = stepsOf(scenario({ mx: { furtherCertificates: [selfSigned({ key: "rsa2048" })] } }));
  const { certificate } = hosts![0]!;
  expect(new X509Certificate(certificate.chain).publicKey.asymmetricKeyType).toBe("ec");
  expect(
    certificate.further?.map(({ chain }) => new X509Certificate(chain).publicKey.asymmetricKeyType),
  ).toEqual(["rsa"]);
});
