import { expect, test } from "vitest";
import { candidatesFor, type Sources } from "./candidates.ts";
import { commands } from "./commands.ts";

const ids = ["base-311", "base-wrong", "ee-expired", "err-mx-servfail"].map((id) => ({
  id,
  title: `what ${id} is`,
}));
const sources: Sources = {
  scenarios: async () => ids,
  lookups: async () => [{ id: "res-ad-secure" }],
  authorities: async () => [{ id: "auth-tlsa" }],
  probes: async () => [{ id: "pub-sni-none" }],
  nameServers: async () => [{ id: "nsd@4.12" }],
  attacks: async () => [{ id: "atk-strip" }],
  labs: async () => [{ id: "ee-expired" }],
  senders: async () => [{ id: "exim@4.98" }, { id: "postfix@3.10" }, { id: "postfix@3.7" }],
  resolvers: async () => [{ id: "unbound@1.22" }],
  verifiers: async () => [{ id: "openssl@3.5" }],
  policies: ["dane", "dane-only", "may"],
};
const offered = async (line: string) => {
  const found = await candidatesFor(line.split(" "), commands, sources);
  return found === "files" ? found : found.map(({ text }) => text);
};

test("commands first, with what they do", async () => {
  expect(await offered("")).toEqual(commands.map(({ name }) => name));
  expect(await offered("li")).toEqual(["list", "lint"]);
  expect(await candidatesFor(["doc"], commands, sources)).toEqual([
    { text: "doctor", help: commands.find(({ name }) => name === "doctor")!.summary },
  ]);
  expect(await offered("-")).toEqual(["--help"]);
  expect(await offered("frob x")).toEqual([]);
});

test.each<[line: string, ...offered: string[]]>([
  ["run ", "base-", "ee-", "err-"],
  ["run e", "ee-", "err-"],
  ["run b", "base-*", "base-311", "base-wrong"],
  ["run base-w", "base-wrong"],
  ["run base-311 ee", "ee-expired"],
  ["run --policy dane --json ee", "ee-expired"],
  ["up b", "base-311", "base-wrong"],
  ["resolvers ", "res-ad-secure"],
  ["authorities ", "auth-tlsa"],
  ["receivers ", "pub-sni-none"],
  ["explain ", "base-", "ee-", "err-", "res-", "auth-", "pub-"],
  ["up base-311 "],
  ["attack ", "atk-strip"],
  ["down ", "ee-expired"],
  ["list s", "scenarios", "senders"],
  ["list scenarios b", "base-*", "base-311", "base-wrong"],
  ["list senders "],
  ["completion ", "bash", "zsh", "fish"],
  ["clean "],
])("ids and words, by the command's usage: danelab %s", async (line, ...expected) => {
  expect(await offered(line)).toEqual(expected);
});

test.each<[line: string, ...offered: string[]]>([
  ["run --sender ", "exim", "postfix", "exim@4.98", "postfix@3.10", "postfix@3.7"],
  ["authorities --authority ", "nsd", "nsd@4.12"],
  ["authorities --mode s", "serving", "signing", "secondary"],
  ["run --sender postfix@", "postfix@3.10", "postfix@3.7"],
  ["run --resolver=unb", "--resolver=unbound", "--resolver=unbound@1.22"],
  ["verifiers --verifier open", "openssl", "openssl@3.5"],
  ["run --policy d", "dane", "dane-only"],
  ["run --policy may,m", "may,may"],
  ["tlsa cert.pem --usage ", "0", "1", "2", "3"],
  ["test --project u", "unit"],
  ["tlsa cert.pem --port "],
])("values of options: danelab %s", async (line, ...expected) => {
  expect(await offered(line)).toEqual(expected);
});

test("options that are not given yet, those that may be given again always", async () => {
  const { options } = commands.find(({ name }) => name === "tlsa")!;
  expect(await offered("tlsa --")).toEqual([...Object.keys(options).map((name) => `--${name}`), "--help"]);
  expect(await offered("tlsa --usage 3 --u")).toEqual([]);
  expect(await offered("tlsa --port=25 --p")).toEqual([]);
  expect(await offered("tlsa --name a.example --na")).toEqual(["--name"]);
});

test.each([
  "tlsa ",
  "driver check ",
  "judge re",
  "tlsa cert.pem --roll ",
  "run --out ",
  "run --out=rep",
  "compare a ",
])("files are the shell's affair: danelab %s", async (line) => {
  expect(await offered(line)).toBe("files");
});

test("what each command takes is known: no usage and no option has words that nothing can be made of", () => {
  const known =
    /^(\[?(ID|DIR|FILE|RUN|BEFORE|AFTER|NEXT|RECORDS|GLOB|NAME|TRIAL|HOST|PORT|SECONDS|PATTERN|POLICY|or|\.\.\.)\]?|[\w|]+\|[\w|]+|NAME\[?@VERSION\]?(=NAME@VERSION)?|NAME\[@LABEL\]=IMAGE|ADDRESS\[:PORT\]|BASE64|check|DIR\|NAME\[@VERSION\])$/;
  const words = commands.flatMap(({ name, usage, options }) => [
    ...usage.slice(name.length).split(" "),
    ...Object.values(options).map(({ value }) => value ?? ""),
  ]);
  expect(words.filter((word) => word !== "" && !known.test(word))).toEqual([]);
});
