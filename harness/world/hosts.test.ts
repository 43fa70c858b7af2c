import { describe, expect, it } from "vitest";
import { fault, selfSigned } from "../vocabulary.ts";
import { compile, recordsIn } from "./test-domain.ts";

const origin = "x.dane.example.";

function ipv4Of(domain: ReturnType<typeof compile>, name: string): readonly string[] {
  return recordsIn(domain, origin).flatMap((one) =>
    one.name === name && one.type === "A" ? [one.rdata.join(".")] : [],
  );
}

describe("MX hosts", () => {
  it("that are down stand in DNS with nobody's addresses, and no server serves them", () => {
    const domain = compile({ mx: [{ server: "down" }, {}] });
    expect(domain.hosts.map(({ name }) => name)).toEqual(["mx2.x.dane.example"]);
    expect(ipv4Of(domain, `mx1.${origin}`)).toEqual(["198.18.3.255"]);
    const published = recordsIn(domain, origin).filter(({ type }) => type === "MX" || type === "TLSA");
    expect(published.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
      `_25._tcp.mx1.${origin} TLSA`,
      `_25._tcp.mx2.${origin} TLSA`,
      `${origin} MX`,
      `${origin} MX`,
    ]);
  });

  it("whose addresses are altered after signing are reached at the altered ones too, which are nobody else's", () => {
    const domain = compile({
      zone: { faults: [fault("data-altered", "A")] },
      mx: [{ addresses: "ipv4" }, {}],
    });
    expect(ipv4Of(domain, `mx1.${origin}`)).toEqual(["198.18.4.2"]);
    expect(ipv4Of(domain, `mx2.${origin}`)).toEqual(["198.18.4.4"]);
    const [one, other] = domain.hosts;
    expect(one?.addresses).toEqual(["198.18.4.2", "198.18.4.3"]);
    expect(other?.addresses).toEqual(["198.18.4.4", "198.18.4.5", "2001:db8:100::a:4", "2001:db8:100::a:5"]);
  });

  it("of the same name are several servers, each at addresses and with a certificate of its own", () => {
    const domain = compile({
      mx: [
        { host: "mx", addresses: "ipv4" },
        {
          host: "mx",
          addresses: "ipv4",
          published: false,
          tlsa: [],
          certificate: selfSigned({ label: "b" }),
        },
      ],
    });
    const [one, other] = domain.hosts;
    expect([one?.name, other?.name]).toEqual(["mx.x.dane.example", "mx.x.dane.example"]);
    expect(one?.certificate.key).not.toBe(other?.certificate.key);
    expect(ipv4Of(domain, `mx.${origin}`)).toEqual([...(one?.addresses ?? []), ...(other?.addresses ?? [])]);
    expect(recordsIn(domain, origin).filter(({ type }) => type === "MX")).toHaveLength(1);
  });

  it("listen at their port, under which their TLSA records stand", () => {
    const domain = compile({ mx: { port: 2525 } });
    expect(domain.hosts.map(({ port }) => port)).toEqual([2525]);
    expect(recordsIn(domain, origin).map(({ name }) => name)).toContain(`_2525._tcp.mx.${origin}`);
  });

  it("lend the first one's address to names in the envelope", () => {
    const domain = compile({ mx: [{}, {}] });
    expect(domain.names.expand("[{ipv4}]")).toBe(`[${domain.hosts[0]?.addresses[0]}]`);
  });
});
