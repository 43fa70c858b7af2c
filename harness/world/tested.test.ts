import { expect, test } from "vitest";
import { record } from "../dns/record.ts";
import { type AuthorityMode, authorityModes, type TestedServer } from "../model/authority.ts";
import { authorityPlan, planAuthorities } from "../model/plan-authorities.ts";
import { checkAuthorityScenarios } from "../run/check-lookups.ts";
import { authorities, nsec3 } from "../vocabulary.ts";
import { compileWorld } from "./world.ts";

/** Name servers under test: which zones each has, in which form, and what changes. */

const program = { name: "bind", version: "9.20" };
const server = (mode: AuthorityMode): TestedServer => ({ id: `bind@9.20/${mode}`, program, mode });
const trials = planAuthorities(
  checkAuthorityScenarios(
    authorities("auth", [
      { id: "auth-a", title: "One", cites: ["RFC 4035 3.1"], zone: { denial: nsec3({ salt: "ab" }) } },
      { id: "auth-b", title: "Two", cites: ["RFC 4035 3.1"], change: { mx: { tlsa: [] } } },
      { id: "auth-c", title: "Three", cites: ["RFC 4035 3.1"], zone: { unsigned: true } },
    ]),
    "x.ts",
  ),
  authorityModes.map(server),
);
const world = compileWorld(authorityPlan(trials, []), { subnet: 1, now: new Date("2026-06-15T12:00:00Z") });
const tested = (mode: AuthorityMode) => world.tested.get(`bind@9.20/${mode}`)!;
const origin = (id: string, mode: AuthorityMode) => `auth-${id}.bind-9-20-${mode}.example.`;
const textOf = (
  files: readonly { readonly path: string; readonly content: string | Uint8Array }[],
  part: string,
) => String(files.find(({ path }) => path.includes(part))?.content ?? "");

test("each mode has zones of its own, delegated to an address of its own", () => {
  for (const mode of authorityModes) {
    const { addresses, zones } = tested(mode).instance;
    expect(zones.map((zone) => zone.origin).sort()).toEqual(["a", "b", "c"].map((id) => origin(id, mode)));
    expect(textOf(world.zoneFiles, "/example.zone")).toContain(
      Buffer.from(record("x.", "A", 60, addresses[0] ?? "").rdata).toString("hex"),
    );
  }
  const all = authorityModes.flatMap((mode) => tested(mode).instance.addresses);
  expect(new Set(all).size).toBe(3);
  expect(world.servers.find(({ name }) => name === "domains")?.zones).toEqual([]);
});

test("who serves has signed zones; who signs has them unsigned, with keys that the DS records are of", () => {
  expect(textOf(tested("serving").files, "auth-a.")).toMatch(/ IN NSEC3 /);
  const unsigned = textOf(tested("signing").files, "auth-a.");
  expect(unsigned).not.toMatch(/RRSIG|DNSKEY|NSEC/);
  // As people write them.
  expect(unsigned).toMatch(/^_25\._tcp\.mx\.\S+ 60 IN TLSA 3 1 1 [0-9a-f]{64}$/m);
  const [a, , c] = tested("signing").instance.zones;
  expect(a?.signing?.denial).toMatchObject({ type: "nsec3", salt: "ab" });
  expect(c?.signing).toBeUndefined();
  const keysOf = world.zoneFor({ name: origin("a", "signing"), type: "SOA" }, 0).keysOf;
  expect(a?.signing?.keys.map(({ publicKey }) => publicKey).sort()).toEqual(
    (keysOf(origin("a", "signing")) ?? [])
      .map((rdata) => Buffer.from(rdata.subarray(4)).toString("base64"))
      .sort(),
  );
});

test("who is secondary has no files: the hidden primary has its zones, and may give them to whoever has the key", () => {
  const { files, instance } = tested("secondary");
  expect(files).toEqual([]);
  const { primary } = world;
  expect(instance).toMatchObject({ primary: primary?.instance.addresses[0] });
  expect(instance.transferKey).toEqual(primary?.instance.transferKey);
  expect(world.servers).toContain(primary?.instance);
  expect(primary?.instance.zones.map(({ secondary }) => secondary)).toEqual(
    Array.from({ length: 3 }, () => instance.addresses[0]),
  );
  expect(textOf(world.zoneFiles, `/${origin("a", "secondary")}`)).toContain(" IN RRSIG ");
});

test("what changes changes in its place, with a serial that goes up", () => {
  const soa = (serial: number) => new RegExp(` IN SOA \\S+ \\S+ ${serial} `, "m");
  const { files, changes } = tested("signing");
  expect(changes.map((one) => one.length)).toEqual([0, 1]);
  expect(changes[1]?.[0]?.path).toBe(files.find(({ path }) => path.includes("auth-b."))?.path);
  expect(textOf(files, "auth-b.")).toMatch(soa(1));
  expect(textOf(changes[1] ?? [], "auth-b.")).toMatch(soa(2));
  expect(textOf(changes[1] ?? [], "auth-b.")).not.toContain("TLSA");
  expect(world.primary?.changes[1]).toHaveLength(1);
});

test("of a zone with a refresh timer only secondaries are tried, and its primary notifies nobody", () => {
  const timed = planAuthorities(
    checkAuthorityScenarios(
      authorities("auth", [
        { id: "auth-a", title: "One", cites: ["RFC 4035 3.1"], change: { mx: { tlsa: [] } } },
        { id: "auth-r", title: "Two", cites: ["RFC 4035 3.1"], change: { mx: { tlsa: [] } }, refresh: 3 },
      ]),
      "x.ts",
    ),
    authorityModes.map(server),
  );
  expect(timed.filter(({ id }) => id.startsWith("auth-r/")).map(({ id }) => id)).toEqual([
    "auth-r/bind@9.20/secondary",
  ]);
  const { primary } = compileWorld(authorityPlan(timed, []), { subnet: 1, now: new Date() });
  const zones = new Map(primary?.instance.zones.map((zone) => [zone.origin, zone]));
  expect(zones.get(origin("a", "secondary"))).not.toHaveProperty("notify");
  expect(zones.get(origin("r", "secondary"))).toMatchObject({ notify: false });
  // Serial, refresh, retry, expire, minimum (RFC 1035 3.3.13).
  const timers = (serial: number) => new RegExp(` SOA .*0000000${serial}0000000300000001000151800{7}1$`, "m");
  expect(textOf(primary?.files ?? [], "auth-r.")).toMatch(timers(1));
  expect(textOf(primary?.changes[1] ?? [], "auth-r.")).toMatch(timers(2));
});
