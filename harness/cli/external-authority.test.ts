import { expect, test } from "vitest";
import type { OutsideServer } from "../model/facts.ts";
import { externalFiles, externalText, selectExternal } from "./external-authority.ts";
import { parse } from "./options.ts";
import { runCommand } from "./run.ts";

const secret = Buffer.alloc(32, 7).toString("base64");
const chosen = (...words: readonly string[]) => selectExternal(parse(runCommand, words));

test("one of danelab's own name servers is none", async () => {
  expect(await chosen()).toBeUndefined();
  expect(await chosen("--authority", "knot")).toBeUndefined();
});

test("the address of the server, where it finds the primary, and the key", async () => {
  const words = ["--authority", "external:127.0.0.7", "--transfer-key", secret] as const;
  expect(await chosen(...words)).toEqual({
    address: "127.0.0.7",
    primary: { address: "127.0.0.1", port: 5300 },
    key: { name: "transfer.danelab", secret },
  });
  expect((await chosen(...words, "--primary", "127.0.0.2:53"))?.primary).toEqual({
    address: "127.0.0.2",
    port: 53,
  });
});

test("without a key one is made", async () => {
  const made = await chosen("--authority", "external:127.0.0.7");
  expect(Buffer.from(made?.key.secret ?? "", "base64")).toHaveLength(32);
});

test.each([
  [["--authority", "external:ns.example"], /"ns\.example" is no IP address/],
  [
    ["--authority", "external:127.0.0.7", "--transfer-key", "abc"],
    /--transfer-key: is no Base64 of 32 octets/,
  ],
  [["--authority", "external:127.0.0.7", "--primary", "here"], /--primary here: write an IP address/],
  [["--primary", "127.0.0.1"], /go with --authority external:ADDRESS/],
])("%j is refused", async (words, message) => {
  await expect(chosen(...words)).rejects.toThrow(message);
});

test("what to configure: each zone, the primary and the key, in the words of three programs", () => {
  const server: OutsideServer = {
    address: "127.0.0.7",
    primary: { address: "127.0.0.1", port: 5301 },
    key: { name: "transfer.danelab", secret },
  };
  const zones = ["a.dane.example.", "b.may.example."].map((origin) => ({ origin, serial: 1 }));
  const files = externalFiles(server, zones);
  for (const name of ["bind.conf", "nsd.conf", "knot.conf"])
    for (const part of [
      ...zones.map(({ origin }) => origin),
      "127.0.0.1",
      "5301",
      secret,
      "transfer.danelab",
    ])
      expect(files.get(name)).toContain(part);
  expect(files.get("zones.txt")).toBe("a.dane.example.\nb.may.example.\n");
  expect(externalText(server, zones, "out/external").join("\n")).toMatch(
    /secondary of 2 zones.*\n.*127\.0\.0\.1 port 5301.*hmac-sha256/,
  );
});
