import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPki } from "../pki/pki.ts";
import { dv, selfSigned } from "../vocabulary.ts";
import { call, danelab } from "./test-cli.ts";

const pki = createPki(new Date());
const named = { names: ["mx.example.com"], commonName: "mx.example.com" };
const [issued, next] = [pki.issue(dv(named)), pki.issue(selfSigned(named))];

let folder = "";
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "danelab-tlsa-"));
  await writeFile(file("chain.pem"), issued.chain);
  await writeFile(file("chain.der"), Buffer.concat(issued.sent.map(({ der }) => der)));
  await writeFile(file("key.pem"), issued.key);
  await writeFile(file("next.pem"), next.chain);
  await writeFile(file("junk"), "junk");
});
afterAll(() => rm(folder, { recursive: true }));

const record = /^_25\._tcp\.mx\.example\.com\. IN TLSA 3 1 1 [0-9a-f]{64}\n$/;

describe("making a record", () => {
  test("standard output has it and nothing else: RDATA, or with a name the whole line", async () => {
    const bare = await call("tlsa", file("chain.pem"));
    expect(bare).toMatchObject({ status: 0, out: expect.stringMatching(/^3 1 1 [0-9a-f]{64}\n$/) });
    expect(bare.err).toMatch(
      /^danelab: made from the public key of the certificate CN=mx.example.com, .*\n$/,
    );
    const whole = await call("tlsa", file("chain.der"), "--name", "MX.example.com.");
    expect(whole.out).toMatch(record);
    expect(whole.out).toContain(bare.out);
    expect((await call("tlsa", file("key.pem"))).out).toBe(bare.out);
  });

  test("parameters, port, TTL and several names", async () => {
    const { out } = await call(
      ...[
        "tlsa",
        file("chain.pem"),
        "--usage",
        "2",
        "--selector",
        "0",
        "--type",
        "2",
        "--port",
        "587",
        "--ttl",
        "60",
      ],
      ...["--name", "a.example", "--name", "bücher.example"],
    );
    expect(out).toMatch(
      /^_587\._tcp\.a\.example\. 60 IN TLSA 2 0 2 [0-9a-f]{128}\n_587\._tcp\.xn--bcher-kva\.example\. 60 IN TLSA 2 0 2 [0-9a-f]{128}\n$/,
    );
  });

  test("as JSON, with what it was made from", async () => {
    const { out, err } = await call("tlsa", file("chain.pem"), "--name", "mx.example.com", "--json");
    expect({ err, ...JSON.parse(out) }).toEqual({
      err: "",
      records: [
        {
          usage: 3,
          selector: 1,
          matchingType: 1,
          owner: "_25._tcp.mx.example.com.",
          data: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      from: expect.stringContaining("CN=mx.example.com"),
      warnings: [],
    });
  });
});

test("a rollover is a text that a name server would read: records, and comments between them", async () => {
  const { status, out } = await call(
    "tlsa",
    file("chain.pem"),
    "--roll",
    file("next.pem"),
    "--name",
    "mx.example.com",
    "--ttl",
    "3600",
  );
  expect(status).toBe(0);
  const lines = out.trimEnd().split("\n");
  expect(
    lines.filter((line) => line !== "" && !line.startsWith("; ")).map((line) => line.slice(0, 50)),
  ).toEqual(Array(3).fill(expect.stringMatching(/^_25\._tcp\.mx\.example\.com\. 3600 IN TLSA 3 1 1 /)));
  expect(out).toContain("; 2. Wait 2 hours, two TTLs");
});

describe("a check", () => {
  test("ends with 0 where a record matches, with 1 where none does", async () => {
    const own = (await call("tlsa", file("chain.pem"))).out.trim();
    const other = (await call("tlsa", file("next.pem"))).out.trim();
    const good = await call("tlsa", file("chain.pem"), "--check", other, "--check", own);
    expect(good).toMatchObject({ status: 0, err: "" });
    expect(good.out).toMatch(
      /3 1 1 \S+ \(DANE-EE SPKI SHA2-256\) {2}✗ does not match[\s\S]*3 1 1 \S+ \(.*\) {2}✓ matches\n/,
    );
    const bad = await call("tlsa", file("chain.pem"), "--check", other);
    expect(bad.status).toBe(1);
    expect(bad.out).toContain("Senders with DANE keep their mail back");
    const useless = await call("tlsa", file("chain.pem"), "--check", own.replace(/^3/, "1"), "--json");
    expect(useless.status).toBe(1);
    expect(JSON.parse(useless.out)).toMatchObject({
      outcome: "encrypted",
      records: [{ verdict: "unusable" }],
    });
  });

  test("reads records from a file, and takes the name from their owner", async () => {
    const trusted = ["--usage", "2", "--selector", "0"];
    for (const [name, status] of [
      ["mx.example.com", 0],
      ["mx.example.net", 1],
    ] as const) {
      const { out } = await call("tlsa", file("chain.pem"), ...trusted, "--name", name);
      await writeFile(file("zone"), `; a zone\n${out}`);
      expect((await call("tlsa", file("chain.pem"), "--check", file("zone"))).status).toBe(status);
      expect(
        (await call("tlsa", file("chain.pem"), "--check", file("zone"), "--name", "mx.example.com")).status,
      ).toBe(0);
    }
  });
});

test.each<[words: string, message: string]>([
  ["", "tlsa takes one file; see danelab tlsa --help"],
  ["DIR/none", "DIR/none: cannot be read: ENOENT"],
  ["DIR/junk", "DIR/junk: neither PEM nor DER of a certificate"],
  ["DIR/chain.pem --usage 4", "--usage 4: not known; there are 0, 1, 2, 3"],
  ["DIR/chain.pem --port x", "--port x: wanted is a number from 0 to 65535"],
  ["DIR/chain.pem --name a..b", "--name a..b: is no domain name"],
  ["DIR/key.pem --selector 0", "DIR/key.pem: holds a key only"],
  ["DIR/chain.pem --check DIR/junk", 'DIR/junk: "junk" is no TLSA record'],
  ["DIR/chain.pem --check DIR/none", "DIR/none: cannot be read"],
  ["DIR/chain.pem --check DIR/junk --usage 3", "--check and --usage do not go together"],
  ["- --check -", "standard input can be one thing only"],
])("danelab tlsa %s: status 2, and one line that says why", async (words, message) => {
  const given = words.replaceAll("DIR", folder).split(" ").filter(Boolean);
  const { status, out, err } = await call("tlsa", ...given);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err.split("\n")).toEqual([expect.stringContaining(message.replaceAll("DIR", folder)), ""]);
});

test("as a process", async () => {
  expect(await danelab("tlsa", file("next.pem"), "--name", "mx.example.com")).toMatchObject({
    status: 0,
    out: expect.stringMatching(record),
  });
});
