import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadRegistry } from "../lab/registry.ts";
import { chooseStacks } from "../lab/stacks.ts";
import type { OutsideResolver } from "../model/facts.ts";
import { plan } from "../model/plan.ts";
import { loadScenarios } from "../run/load-scenarios.ts";
import { compileWorld } from "../world/world.ts";
import { externalResolverFiles, externalResolverText, selectResolvers } from "./external-resolver.ts";
import { parse } from "./options.ts";
import { runCommand } from "./run.ts";

const chosen = (...words: readonly string[]) => selectResolvers(parse(runCommand, words));

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "danelab-test-"));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

test("one of danelab's own resolvers is none", async () => {
  expect(await chosen()).toEqual({ own: [], outside: [] });
  expect(await chosen("--resolver", "bind")).toEqual({ own: ["bind"], outside: [] });
});

test("the address of the resolver, and where it sends its questions", async () => {
  const words = ["--resolver", "external:127.0.0.7"] as const;
  expect(await chosen(...words)).toEqual({
    own: [],
    outside: [{ name: "external", version: "127.0.0.7" }],
    server: { address: "127.0.0.7", upstream: { address: "127.0.0.1", port: 5301 } },
  });
  const more = await chosen(...words, "--resolver", "bind", "--upstream", "127.0.0.2:53");
  expect(more.own).toEqual(["bind"]);
  expect(more.server?.upstream).toEqual({ address: "127.0.0.2", port: 53 });
});

test("it is the resolver of each chosen sender, beside danelab's own where these are chosen too", async () => {
  const registry = await loadRegistry();
  const stacks = async (...words: readonly string[]) => {
    const { own, outside } = await chosen("--resolver", "external:127.0.0.7", ...words);
    return chooseStacks(registry, { senders: ["postfix@3.10"], resolvers: own, outside }).map(({ id }) => id);
  };
  expect(await stacks()).toEqual(["postfix@3.10+external@127.0.0.7"]);
  expect(await stacks("--resolver", "bind@9.20")).toEqual([
    "postfix@3.10+bind@9.20",
    "postfix@3.10+external@127.0.0.7",
  ]);
});

test("a key of the root that is not there is made, for its owner's eyes; the next world has the same anchor", async () => {
  const file = join(await folder(), "root.pem");
  const words = ["--resolver", "external:127.0.0.7", "--root-key", file] as const;
  const rootKey = (await chosen(...words)).server?.rootKey;
  expect(await readFile(file, "utf8")).toBe(rootKey);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await chosen(...words)).server?.rootKey).toBe(rootKey);

  const scenarios = (await loadScenarios([])).filter(({ canary }) => canary);
  const stacks = chooseStacks(await loadRegistry(), { senders: ["postfix"], resolvers: ["unbound"] });
  const planned = plan(scenarios, { stacks, policies: ["dane"] });
  const anchor = (key: string | undefined) =>
    compileWorld(planned, { subnet: 1, now: new Date(), rootKey: key }).facts.trustAnchor;
  expect(anchor(rootKey)).toBe(anchor(rootKey));
  expect(anchor(undefined)).not.toBe(anchor(rootKey));
});

test.each([
  [["--resolver", "external:ns.example"], /"ns\.example" is no IP address/],
  [["--resolver", "external:"], /"" is no IP address/],
  [
    ["--resolver", "external:127.0.0.7", "--resolver", "external:127.0.0.8"],
    /external:127\.0\.0\.8: a run has room for one resolver outside the lab/,
  ],
  [["--resolver", "external:127.0.0.7", "--upstream", "here"], /--upstream here: write an IP address/],
  [["--upstream", "127.0.0.1"], /go with --resolver external:ADDRESS/],
  [["--resolver", "bind", "--root-key", "x"], /go with --resolver external:ADDRESS/],
  [
    ["--resolver", "external:127.0.0.7", "--root-key", "/no-such-folder/key"],
    /--root-key \/no-such-folder\/key: ENOENT/,
  ],
])("%j is refused", async (words, message) => {
  await expect(chosen(...words)).rejects.toThrow(message);
});

test("a file with something else is no key, and stays as it is", async () => {
  const file = join(await folder(), "root.pem");
  await writeFile(file, "precious\n");
  await expect(chosen("--resolver", "external:127.0.0.7", "--root-key", file)).rejects.toThrow(
    /is no private key of the curve P-256 in PEM/,
  );
  expect(await readFile(file, "utf8")).toBe("precious\n");
});

const facts = {
  trustAnchor: ". 60 IN DNSKEY 257 3 13 AAAA\n",
  trustAnchorDs: "12345 13 2 ABCDEF",
} as const;

test("what to configure: where to forward and the trust anchor, in the words of four programs", () => {
  const server: OutsideResolver = {
    address: "192.0.2.53",
    upstream: { address: "192.0.2.1", port: 5302 },
  };
  const files = externalResolverFiles(server, facts);
  for (const name of ["unbound.conf", "bind.conf", "knot-resolver.yaml", "pdns-recursor.yml"])
    for (const part of ["192.0.2.1", "5302", "12345", "ABCDEF"]) expect(files.get(name)).toContain(part);
  expect(files.get("root.key")).toBe(facts.trustAnchor);
  expect(files.get("root.ds")).toBe(". IN DS 12345 13 2 ABCDEF\n");
  expect(externalResolverText(server, facts, "out/external").join("\n")).toMatch(
    /12345 13 2 ABCDEF.*\n.*192\.0\.2\.1 port 5302.*\n.*unbound\.conf.*\n.*192\.0\.2\.53 port 53/,
  );
});

test("Unbound is told that it may ask its own machine only where it must", () => {
  const on = (address: string) =>
    externalResolverFiles({ address: "127.0.0.53", upstream: { address, port: 5301 } }, facts).get(
      "unbound.conf",
    );
  expect(on("127.0.0.1")).toContain("do-not-query-localhost: no");
  expect(on("192.0.2.1")).not.toContain("do-not-query-localhost");
});
