import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTools, type Tools } from "../dns/test-tools.ts";
import { call } from "./test-cli.ts";

/** The scripts in the shells themselves. There the program is a stand-in, which says what danelab said here. */

const asked = [
  ["doc"],
  ["run", ""],
  ["run", "ee"],
  ["run", "base-31"],
  ["run", "--sender", "postfix@3.1"],
  ["explain", "--policy=dane-"],
  ["tlsa", "/c/zs"],
] as const;

const program = `#!/bin/sh
if [ "$1 $2 $3" = 'completion words --' ]; then
  shift 3
  cat "/c/answers/$(printf '%s ' "$@" | tr / _)"
else
  printf 'given'; printf ' <%s>' "$@"; echo ' and no more'
fi
`;

let tools: Tools;
beforeAll(async () => {
  tools = await startTools({
    name: "test-shells",
    folder: fileURLToPath(new URL("test-shells", import.meta.url)),
    suite: "trixie",
  });
  const answers: { path: string; content: string }[] = [];
  for (const words of asked) {
    const { out: content } = await call("completion", "words", "--", ...words);
    const file = words.map((word) => `${word.replaceAll("/", "_")} `).join("");
    answers.push({ path: `/c/answers/${file}`, content });
  }
  await tools.copy([
    ...answers,
    { path: "/usr/local/bin/danelab", content: program, mode: 0o755 },
    { path: "/c/zsh", content: (await call("completion", "zsh")).out },
    { path: "/c/fish", content: (await call("completion", "fish")).out },
  ]);
});
afterAll(() => tools?.close());

test.each(["zsh", "fish"])("%s finds no fault in the script", async (shell) => {
  expect(await tools.run(`${shell} -n /c/${shell}`)).toBe("");
});

describe("fish", () => {
  const offered = async (line: string) =>
    (await tools.run(`HOME=/c fish --no-config -c 'source /c/fish; complete -C "${line}"'`))
      .split("\n")
      .filter(Boolean);

  test("offers what danelab answers, with what it is", async () => {
    expect(await offered("danelab doc")).toEqual([expect.stringMatching(/^doctor\t/)]);
    expect(await offered("danelab run base-31")).toEqual(["base-311\tA matching 3 1 1 in a signed zone"]);
    expect(await offered("danelab run ")).toContainEqual(expect.stringMatching(/^ee-\t\d+ scenarios$/));
    expect(await offered("danelab run --sender postfix@3.1")).toContain("postfix@3.10");
    expect(await offered("danelab explain --policy=dane-")).toEqual(["--policy=dane-only"]);
  });

  test("offers files where a file is wanted", async () => {
    expect(await offered("danelab tlsa /c/zs")).toEqual([expect.stringMatching(/^\/c\/zsh/)]);
  });
});

describe("zsh", () => {
  /** What the command line is after a tab, as the program is given it. */
  const completed = async (line: string) => {
    const script = `
zmodload zsh/zpty
zpty z 'TERM=dumb zsh -f -i'
zpty -w z 'autoload -U compinit; compinit -u -D; source /c/zsh; print re"ady"'
zpty -r z said '*ready*'
zpty -w z $'${line}\\t'
zpty -r z said '*and no more*'
print -r -- $said
`;
    const said = await tools.run(`zsh -f -c '${script.replaceAll("'", "'\\''")}'`);
    const [, given = ""] = /given (.*) and no more/.exec(said) ?? [];
    return given;
  };

  test("completes what is the only one: an id, an option's value, a file", async () => {
    expect(await completed("danelab run base-31")).toBe("<run> <base-311>");
    expect(await completed("danelab explain --policy=dane-")).toBe("<explain> <--policy=dane-only>");
    expect(await completed("danelab tlsa /c/zs")).toBe("<tlsa> </c/zsh>");
  });
});
