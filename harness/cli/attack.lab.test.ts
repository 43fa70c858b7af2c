import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { folderForRuns } from "../run/test-folder.ts";
import { home } from "../words/places.ts";

const folder = await folderForRuns("attack");

/** Real mail, an attacker, and the story that is told of it. */
test("an attack is shown from beginning to end", async () => {
  const { promise, resolve } = Promise.withResolvers<{ readonly status: number; readonly out: string }>();
  execFile(join(home, "danelab"), ["attack", "atk-strip-starttls", "--out", folder], (error, out, err) => {
    const status = typeof error?.code === "number" ? error.code : error ? -1 : 0;
    resolve({ status, out: status === 0 ? out : out + err });
  });
  const { status, out } = await promise;
  expect({ status, out }).toMatchObject({ status: 0 });
  expect(out.split("\n").filter((line) => line.length > 100 && !line.includes(folder))).toEqual([]);
  expect(stripVTControlCharacters(out)).toBe(out);

  const course = [
    "atk-strip-starttls",
    "1. A sender without DANE (policy may)",
    "! the attacker took out STARTTLS",
    "✗ in clear text: the attacker reads the message",
    "The attacker read the message, in clear text on the wire: the attack succeeds.",
    "status=sent",
    "2. A sender with DANE (policy dane)",
    "! the attacker took out STARTTLS",
    "■ there is no TLS here",
    "Stopped: nobody read the message; it waits in the queue.",
    "status=deferred",
    "3. Then: the attack is over",
    "✓ sent over TLS, to a server that DANE authenticated",
    "Delivered to the server that DANE authenticated.",
    "Verified TLS connection established",
  ];
  let at = 0;
  for (const text of course) {
    const found = out.indexOf(text, at);
    expect({ text, found: found >= at }).toEqual({ text, found: true });
    at = found + text.length;
  }

  const paths = [...out.matchAll(/^(?:Evidence|Packets|Report)[^:]*: (.*)$/gm)].map(([, path]) => path ?? "");
  expect(paths).toHaveLength(5);
  for (const path of paths) await access(path);
});
