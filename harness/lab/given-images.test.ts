import { describe, expect, test } from "vitest";
import { HarnessError, UsageError } from "../words/errors.ts";
import type { Engine } from "./engine.ts";
import { fakeEngine } from "./engine-fake.ts";
import { prepareGiven, withImages } from "./given-images.ts";
import { loadRegistry, programsOf } from "./registry.ts";
import { chooseStacks } from "./stacks.ts";

const registry = await loadRegistry();

function stacks(...images: readonly string[]): readonly string[] {
  return chooseStacks(withImages(registry, images), { senders: [], resolvers: [] }).map(({ id }) => id);
}

describe("an image for a known program", () => {
  const [unbound] = stacks("postfix=x:y").map((id) => id.replace(/.*\+/, ""));

  test.for([
    ["postfix=localhost/postfix:dev", "postfix@dev"],
    ["postfix=postfix", "postfix@latest"],
    ["postfix=registry.example:5000/postfix", "postfix@latest"],
    ["postfix=registry.example:5000/postfix:3.12@sha256:0a1b", "postfix@3.12"],
    ["exim@branch=localhost/exim:dev", "exim@branch"],
    ["sender/postfix@3.7=x:y", "postfix@3.7"],
  ] as const)("%s is run as %s, and nothing else", ([image, id]) => {
    expect(stacks(image)).toEqual([`${id}+${unbound}`]);
  });

  test("of a version takes its place; others are there as before, and can be chosen", () => {
    const changed = withImages(registry, ["postfix@3.7=x:y", "postfix=x:z"]);
    const versions = (all: typeof registry) =>
      programsOf(all.senders).flatMap(({ name, version }) => (name === "postfix" ? [version] : []));
    expect(versions(changed)).toEqual(["z", "3.7", ...versions(registry).filter((one) => one !== "3.7")]);
    const chosen = chooseStacks(changed, { senders: ["postfix", "postfix@3.10"], resolvers: [] });
    expect(chosen.map(({ sender }) => sender.version)).toEqual(["z", "3.10"]);
    expect(changed.receivers).toEqual(registry.receivers);
  });

  test("may be of any role", () => {
    const { receivers, authorities, senders } = withImages(registry, ["receiver/postfix=x:y", "nsd=x:z"]);
    const postfix = receivers.find(({ driver }) => driver.name === "postfix");
    expect(postfix?.images).toEqual(new Map([["y", "x:y"]]));
    const nsd = authorities.find(({ driver }) => driver.name === "nsd");
    expect(nsd?.images).toEqual(new Map([["z", "x:z"]]));
    expect(senders).toEqual(registry.senders);
  });
});

test.for([
  ["postfix", "write NAME=IMAGE or NAME@LABEL=IMAGE"],
  ["postfx=x:y", "no program of that name is known; there are "],
  ["resolver/postfix=x:y", "no resolver of that name is known; there are bind, "],
  ["postfix@my branch=x:y", 'the label "my branch" must be made of'],
] as const)("--image %s cannot be used", ([text, message]) => {
  expect(() => withImages(registry, [text])).toThrow(UsageError);
  expect(() => withImages(registry, [text])).toThrow(`--image ${text}: ${message}`);
});

describe("what the results say of it", () => {
  const image = { program: "postfix", given: "x:y", versionCommand: ["postconf", "-dh", "mail_version"] };
  const prepared = (difference: Partial<Engine>) =>
    prepareGiven({ ...fakeEngine(), ...difference }, image, () => undefined);
  const says = (stdout: string, exitCode = 0, stderr = "") => ({
    runInImage: async () => ({ exitCode, stdout, stderr }),
  });

  test.for([
    ["3.10.13\n", "postfix 3.10.13-0+deb13u1\nOpenSSL\n", "postfix 3.10.13-0+deb13u1"],
    [
      "3.12-20261101\n",
      "postfix 3.10.13-0+deb13u1\n",
      "postfix 3.12-20261101, in an image of postfix 3.10.13-0+deb13u1",
    ],
    ["Postfix version 3.12\n", "", "Postfix version 3.12"],
    ["3.12\nbuilt yesterday\n", "", "postfix 3.12"],
  ] as const)("where the program says %j and the image %j: %s", async ([told, file, line]) => {
    expect(await prepared({ ...says(told), readImageFile: async () => file })).toMatchObject({
      reference: "x:y",
      digest: "x:y",
      package: line,
    });
  });

  test("an image without the file of danelab's own", async () => {
    const readImageFile = () => Promise.reject(new HarnessError("not found"));
    expect(await prepared({ ...says("", 0, "3.12\n"), readImageFile })).toMatchObject({
      package: "postfix 3.12",
      build: [],
    });
  });

  test("one that is not there is pulled; if no registry gives it, that is the user's to mend", async () => {
    const absent = { inspectImage: async () => undefined, pullImage: async () => false };
    await expect(prepared(absent)).rejects.toThrow(
      new UsageError("image x:y for postfix: the engine does not have it, and no registry gives it"),
    );
  });

  test.for([
    [
      says("", 127, "sh: postconf: not found"),
      '"postconf -dh mail_version" exited 127 in it: sh: postconf: not found',
    ],
    [says(""), '"postconf -dh mail_version" exited 0 in it: without a word'],
    [
      { runInImage: () => Promise.reject(new HarnessError("no such file")) },
      '"postconf -dh mail_version" cannot be run in it: no such file',
    ],
  ] as const)("one without the program", async ([difference, message]) => {
    await expect(prepared(difference)).rejects.toThrow(new UsageError(`image x:y for postfix: ${message}`));
  });
});
