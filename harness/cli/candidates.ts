import type { Command } from "./commands.ts";
import type { OptionSpec } from "./options.ts";

/** What may stand where the cursor is. `open`: more is to be typed behind it. */
export interface Candidate {
  readonly text: string;
  readonly help?: string;
  readonly open?: boolean;
}

/** Where ids come from: asked only when one of them is wanted. */
export interface Sources {
  /** Of mail. */
  scenarios(): Promise<readonly Named[]>;
  /** In which resolvers are asked. */
  lookups(): Promise<readonly Named[]>;
  /** In which name servers are asked. */
  authorities(): Promise<readonly Named[]>;
  /** In which real servers are tried. */
  probes(): Promise<readonly Named[]>;
  nameServers(): Promise<readonly Named[]>;
  attacks(): Promise<readonly Named[]>;
  /** Scenarios whose labs are up. */
  labs(): Promise<readonly Named[]>;
  senders(): Promise<readonly Named[]>;
  resolvers(): Promise<readonly Named[]>;
  verifiers(): Promise<readonly Named[]>;
  readonly policies: readonly string[];
}

export interface Named {
  readonly id: string;
  readonly title?: string;
}

/** "files": the shell knows them best. */
export type Candidates = readonly Candidate[] | "files";

/**
 * How the last of `words`, those typed behind "danelab", may go on. What each command takes is read from its usage and its
 * options, as --help shows them.
 */
export async function candidatesFor(
  words: readonly string[],
  commands: readonly Command[],
  sources: Sources,
): Promise<Candidates> {
  const [name = "", ...rest] = words;
  const typed = rest.pop();
  if (typed === undefined)
    return beginning(name, [
      ...commands.map((one) => ({ text: one.name, help: one.summary })),
      ...[{ text: "--help", help: "what there is" }].filter(() => name.startsWith("-")),
    ]);
  const command = commands.find((one) => one.name === name);
  if (!command) return [];
  const [, option, value] = /^--([^=]+)=(.*)$/.exec(typed) ?? [];
  const before = rest.at(-1) ?? "";
  if (option !== undefined && value !== undefined) {
    const found = await valuesOf(option, command.options[option], value, sources);
    return found === "files" ? found : found.map((one) => ({ ...one, text: `--${option}=${one.text}` }));
  }
  if (takesNext(before, command))
    return valuesOf(before.slice(2), command.options[before.slice(2)], typed, sources);
  if (typed.startsWith("-")) return beginning(typed, optionsLeft(command, rest));
  const places = rest.filter((word, at) => !word.startsWith("-") && !takesNext(rest[at - 1] ?? "", command));
  return wordsOf(command, places, typed, sources);
}

function beginning(typed: string, all: readonly Candidate[]): readonly Candidate[] {
  return all.filter(({ text }) => text.startsWith(typed));
}

/** Whether the next word is the value of this one. */
function takesNext(word: string, { options }: Command): boolean {
  return word.startsWith("--") && options[word.slice(2)]?.value !== undefined;
}

function optionsLeft({ options }: Command, typed: readonly string[]): readonly Candidate[] {
  return [
    ...Object.entries(options)
      .filter(([name, { many }]) => many || !typed.some((word) => word.split("=")[0] === `--${name}`))
      .map(([name, { help }]) => ({ text: `--${name}`, help })),
    { text: "--help", help: "what the command does" },
  ];
}

async function valuesOf(
  name: string,
  spec: OptionSpec | undefined,
  typed: string,
  sources: Sources,
): Promise<Candidates> {
  const value = spec?.value ?? "";
  if (isFile(value)) return "files";
  const known =
    name === "sender"
      ? await programs(sources.senders())
      : name === "resolver"
        ? await programs(sources.resolvers())
        : name === "verifier"
          ? await programs(sources.verifiers())
          : name === "authority"
            ? await programs(sources.nameServers())
            : value === "POLICY"
              ? sources.policies
              : value.includes("|")
                ? value.split("|")
                : [];
  // Of a list that is separated by commas the last one is typed.
  const listed = spec?.many ? typed.slice(0, typed.lastIndexOf(",") + 1) : "";
  return beginning(
    typed,
    known.map((one) => ({ text: `${listed}${one}` })),
  );
}

/** "postfix" is its default version, "postfix@3.10" this one. */
async function programs(found: Promise<readonly Named[]>): Promise<readonly string[]> {
  const ids = (await found).map(({ id }) => id);
  return [...new Set(ids.map((id) => id.split("@")[0] ?? id)), ...ids];
}

function isFile(placeholder: string): boolean {
  return /\b(DIR|FILE|RUN|BEFORE|AFTER|NEXT|RECORDS)\b/.test(placeholder);
}

/** By the command's usage: "up ID", "run [ID or GLOB ...]", "list scenarios|senders|…", "driver check DIR|NAME". */
async function wordsOf(
  { name, usage }: Command,
  before: readonly string[],
  typed: string,
  sources: Sources,
): Promise<Candidates> {
  const places = usage.slice(name.length).match(/\[[^\]]*\]|\S+/g) ?? [];
  const last = places.at(-1) ?? "";
  const place = places[before.length] ?? (last.includes("...") ? last : "");
  // Only the scenarios can be asked for by id.
  if (name === "list" && before[0] === "scenarios") return ids(await idsFor(name, sources), typed, true);
  if (isFile(place)) return "files";
  if (/^[a-z|]+$/.test(place))
    return beginning(
      typed,
      place.split("|").map((text) => ({ text })),
    );
  if (/\bID\b/.test(place)) return ids(await idsFor(name, sources), typed, place.includes("GLOB"));
  return [];
}

/** What the command can do something with. */
async function idsFor(command: string, sources: Sources): Promise<readonly Named[]> {
  switch (command) {
    case "attack":
      return sources.attacks();
    case "down":
      return sources.labs();
    case "resolvers":
      return sources.lookups();
    case "authorities":
      return sources.authorities();
    case "receivers":
      return sources.probes();
    case "explain":
    case "lint":
    case "list":
      return [
        ...(await sources.scenarios()),
        ...(await sources.lookups()),
        ...(await sources.authorities()),
        ...(await sources.probes()),
      ];
    default:
      return sources.scenarios();
  }
}

/** Of hundreds of ids first the groups, then those of a group; with `globs` the group as a whole too. */
function ids(all: readonly Named[], typed: string, globs: boolean): readonly Candidate[] {
  const found = all.filter(({ id }) => id.startsWith(typed));
  const groups = Map.groupBy(found, ({ id }) => `${id.split("-")[0]}-`);
  if (groups.size > 1)
    return [...groups].map(([text, members]) => ({
      text,
      help: members.length === 1 ? "1 scenario" : `${members.length} scenarios`,
      open: true,
    }));
  const [[group = "", members = []] = []] = groups;
  return [
    ...(globs && members.length > 1
      ? beginning(typed, [{ text: `${group}*`, help: `all ${members.length}` }])
      : []),
    ...found.map(({ id, title }) => ({ text: id, ...(title === undefined ? {} : { help: title }) })),
  ];
}
