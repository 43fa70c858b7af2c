import { parseArgs } from "node:util";
import { messageOf, UsageError } from "../words/errors.ts";
import { nearest } from "../words/nearest.ts";
import type { Command } from "./commands.ts";

/** One option of a command. With `value` it takes one; `many` may be given again. */
export interface OptionSpec {
  readonly value?: string;
  readonly many?: boolean;
  readonly help: string;
}

/** What the user typed, checked against the command's options. */
export interface Arguments {
  readonly words: readonly string[];
  flag(name: string): boolean;
  value(name: string): string | undefined;
  values(name: string): readonly string[];
}

export function parse(command: Command, words: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(command.options).map(([name, { value, many }]) => [
          name,
          { type: value ? ("string" as const) : ("boolean" as const), multiple: many ?? false },
        ]),
      ),
    });
    const list = (name: string): readonly string[] => {
      const value = values[name];
      const all = Array.isArray(value) ? value : value === undefined ? [] : [value];
      return all.flatMap((one) => (typeof one === "string" ? [one] : []));
    };
    if (positionals.length > 0 && !command.usage.includes(" "))
      throw new UsageError(`${command.name} takes no further words`);
    return {
      words: positionals,
      flag: (name) => values[name] === true,
      value: (name) => list(name).at(-1),
      // Comma-separated lists are taken too.
      values: (name) =>
        list(name)
          .flatMap((one) => one.split(","))
          .filter(Boolean),
    };
  } catch (error) {
    const text = messageOf(error).replace(/\. To specify a positional.*$/s, "");
    const [, wrong] = /^Unknown option '--([^'=]*)/.exec(text) ?? [];
    const close = wrong === undefined ? undefined : nearest(wrong, Object.keys(command.options));
    const meant = close === undefined ? "" : `; did you mean --${close}?`;
    throw new UsageError(`${text}${meant || ";"} ${meant ? "See" : "see"} danelab ${command.name} --help`);
  }
}
