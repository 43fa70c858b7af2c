import { expect, test } from "vitest";
import { call } from "./test-cli.ts";

/** The lines under a heading, up to the next empty one. */
function part(text: string, heading: string): readonly string[] {
  const lines = text.split("\n");
  const from = lines.indexOf(heading) + 1;
  expect(from, `no "${heading}" in:\n${text}`).toBeGreaterThan(0);
  return lines.slice(from, lines.indexOf("", from) < 0 ? undefined : lines.indexOf("", from));
}

test("title, sections, expectations, server, what a resolver finds, and the zone", async () => {
  const { status, out } = await call("explain", "base-311");
  expect(status).toBe(0);
  expect(out.split("\n").slice(0, 3)).toEqual([
    "base-311",
    "  A matching 3 1 1 in a signed zone",
    "  cites RFC 7672 2.2, RFC 7672 3.1.1",
  ]);
  expect(part(out, "Expected")).toEqual([
    "  dane      MUST be authenticated",
    "  dane-only MUST be authenticated; never encrypted, cleartext",
    "  may       MUST be encrypted",
    "  encrypt   MUST be encrypted; never cleartext",
    "  verify    SHOULD be deferred; never encrypted, cleartext",
    "  secure    SHOULD be deferred; never encrypted, cleartext",
  ]);
  expect(part(out, "Zones")).toEqual(["  @: signed"]);
  expect(part(out, "Servers")).toEqual([
    "  MX 10 mx: server normal",
    "     certificate: self-signed p256, names {mx}, valid from day -1 to day 90, sends leaf",
  ]);
  expect(part(out, "What a validating resolver must find")).toContain(
    "  _25._tcp.mx.base-311.dane.example. TLSA: secure",
  );
  const zone = part(out, "Zone base-311.dane.example");
  for (const line of [
    /^ {2}base-311\.dane\.example\. 60 IN SOA ns\.hosting\.example\. hostmaster\.ns\.hosting\.example\. 1 3600 600 86400 10$/,
    /^ {2}base-311\.dane\.example\. 60 IN MX 10 mx\.base-311\.dane\.example\.$/,
    /^ {2}mx\.base-311\.dane\.example\. 60 IN A 198\.18\./,
    /^ {2}_25\._tcp\.mx\.base-311\.dane\.example\. 60 IN TLSA 3 1 1 [0-9a-f]{64}$/,
    /^ {2}_25\._tcp\.mx\.base-311\.dane\.example\. 60 IN RRSIG TLSA 13 6 60 20\d{12} 20\d{12} \d+ …$/,
  ]) {
    expect(zone.filter((one) => line.test(one))).toHaveLength(1);
  }
});

test("another policy has a domain of its own", async () => {
  const { out } = await call("explain", "base-311", "--policy", "may");
  expect(out).toContain("Zone base-311.may.example");
  expect(out).not.toContain("base-311.dane.example");
});

test("faults of the zone are told, and what a validator makes of them", async () => {
  const { out } = await call("explain", "canary-bogus");
  expect(part(out, "Zones")).toEqual(["  @: signed, fault signature-expired of TLSA"]);
  expect(part(out, "What a validating resolver must find")).toContain(
    "  _25._tcp.mx.canary-bogus.dane.example. TLSA: bogus",
  );
});

test("an attacker is told, his certificate too, and what the controls must lose", async () => {
  const { out } = await call("explain", "atk-mitm-public-ca");
  expect(part(out, "Expected")).toContainEqual(
    expect.stringMatching(/^ {2}verify .*the attack must succeed: the message is read by the attacker$/),
  );
  const servers = part(out, "Servers");
  expect(servers[0]).toBe("  MX 10 mx: server normal, attacker intercept in front of it");
  expect(servers).toContainEqual(expect.stringMatching(/^ {5}the attacker's: dv p256, names \{mx\}/));
  expect(out).toMatch(/^Zone atk-mitm-public-ca\.dane/m);
});

test("later steps are told with what is expected then, and the zone as it is then", async () => {
  const { out } = await call("explain", "base-retry-after-fix");
  const [first = "", later = ""] = out.split("\nThen: the record is right\n");
  expect(part(first, "Expected")[0]).toBe("  dane      MUST be deferred");
  expect(later.split("\n")[0]).toBe("  dane      MUST be authenticated");
  const tlsa = (text: string) => /IN TLSA (.*)/.exec(text)?.[1];
  expect(tlsa(first)).toMatch(/^3 1 1 /);
  expect(tlsa(later)).toMatch(/^3 1 1 /);
  expect(tlsa(later)).not.toBe(tlsa(first));
});

test("--json is the whole scenario", async () => {
  const scenario = JSON.parse((await call("explain", "base-311", "--json")).out);
  expect(scenario).toMatchObject({
    id: "base-311",
    mx: [{ name: "mx", server: "normal" }],
    expect: { dane: { level: "must", permitted: ["authenticated"] } },
  });
});
