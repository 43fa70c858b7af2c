import { expect, test } from "vitest";
import { loadRegistry } from "../lab/registry.ts";
import { loadAuthorityScenarios, loadLookups, loadProbes, loadScenarios } from "../run/load-scenarios.ts";
import { call } from "./test-cli.ts";

const all = [
  ...(await loadScenarios([])),
  ...[...(await loadLookups([])), ...(await loadAuthorityScenarios([])), ...(await loadProbes([]))].map(
    ({ domain }) => domain,
  ),
];

test("list names every scenario, id first, one per line; scenarios is what it lists unless told", async () => {
  const { status, out } = await call("list", "scenarios");
  expect(status).toBe(0);
  expect(
    out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ +/)[0]),
  ).toEqual(all.map(({ id }) => id));
  expect(out.trimEnd().split("\n")).toContainEqual(
    expect.stringMatching(/^base-311 +A matching 3 1 1 in a signed zone$/),
  );
  expect((await call("list")).out).toBe(out);
});

test("ids and globs choose, and nothing else comes along", async () => {
  const { out } = await call("list", "scenarios", "base-311", "atk-strip-*");
  const wanted = all.filter(({ id }) => id === "base-311" || id.startsWith("atk-strip-"));
  expect(wanted.length).toBeGreaterThan(1);
  expect(
    out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ +/)[0]),
  ).toEqual(wanted.map(({ id }) => id));
});

test("--json has the sections cited too", async () => {
  const { out } = await call("list", "scenarios", "base-311", "--json");
  expect(JSON.parse(out)).toEqual([
    {
      id: "base-311",
      kind: "mail",
      group: "base",
      title: "A matching 3 1 1 in a signed zone",
      cites: ["RFC 7672 2.2", "RFC 7672 3.1.1"],
    },
  ]);
});

test.for(["senders", "resolvers", "authorities", "receivers", "verifiers"] as const)(
  "list %s names every version of each driver",
  async (kind) => {
    const programs = (await loadRegistry())[kind].flatMap(({ driver }) =>
      driver.versions.map(({ version, suite }) => ({
        id: `${driver.name}@${version}`,
        name: driver.name,
        version,
        suite,
      })),
    );
    expect(programs.length).toBeGreaterThan(0);
    const lines = (await call("list", kind)).out.trimEnd().split("\n");
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(programs.map(({ id }) => id));
    expect(JSON.parse((await call("list", kind, "--json")).out)).toMatchObject(programs);
  },
);

test("list senders tells what each can do: TLS library, DANE, policies, and whether it runs by default", async () => {
  const lines = (await call("list", "senders")).out.split("\n");
  expect(lines).toContainEqual(
    expect.stringMatching(/^postfix@3\.10 +Debian trixie +OpenSSL +DANE +by default +dane, dane-only, may\b/),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^postfix@3\.7 +Debian bookworm +OpenSSL +DANE +on request +/),
  );
});
