import { wrap } from "../../reports/terminal/layout.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import { type Command, commands } from "./commands.ts";
import { parse } from "./options.ts";
import { terminal } from "./screen.ts";
import { packageVersion } from "./version.ts";

/** Exit status: 0 nothing unexpected, 1 unexpected verdict or stale divergence, 2 usage or bad input, 3 harness error, 130 interrupted. */

function overview(): string {
  return [
    ...folded(
      "danelab: does your mail server do DANE right? Real resolvers, real name servers, real MTAs, real mail, judged against the RFCs.",
    ),
    "",
    "Usage: danelab COMMAND [options]",
    "",
    ...sideBySide(commands.map(({ usage, summary }) => [usage, summary])),
    "",
    ...folded(
      "danelab COMMAND --help tells more, danelab --version which this is. Exit status: 0 nothing unexpected, 1 unexpected verdict, 2 usage, 3 harness error, 130 interrupted.",
    ),
  ].join("\n");
}

function help({ usage, summary, options, more }: Command): string {
  const rows = Object.entries(options).map(
    ([name, option]) => [`--${name}${option.value ? ` ${option.value}` : ""}`, option.help] as const,
  );
  return [
    `Usage: danelab ${usage} [options]`,
    "",
    ...folded(summary),
    ...(more ? ["", more] : []),
    "",
    ...sideBySide([...rows, ["--help", "this text"]]),
  ].join("\n");
}

function folded(text: string): readonly string[] {
  return wrap(text, terminal().columns);
}

/** Columns: what is wider stands above what it is for. */
const widestLeft = 30;

/** What there is, and beside it what it is for. */
function sideBySide(rows: readonly (readonly [left: string, right: string])[]): readonly string[] {
  const width = Math.max(...rows.map(([{ length }]) => length).filter((length) => length <= widestLeft));
  const room = Math.max(24, terminal().columns - width - 4);
  return rows.flatMap(([left, right]) => {
    const isBeside = left.length <= width;
    const lines = wrap(right, room).map(
      (line, index) => `  ${(isBeside && index === 0 ? left : "").padEnd(width)}  ${line}`,
    );
    return isBeside ? lines : [`  ${left}`, ...lines];
  });
}

async function carryOut(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    console.log(`danelab ${await packageVersion()}`);
    return 0;
  }
  const command = commands.find((one) => one.name === name);
  if (!command) {
    const names = commands.map((one) => one.name);
    const close = meant(name, names);
    throw new UsageError(
      `"${name}" is no command${close || ";"} ${close ? "There" : "there"} are ${names.join(", ")}`,
    );
  }
  // Behind it nothing is an option.
  const end = rest.indexOf("--");
  const own = end < 0 ? rest : rest.slice(0, end);
  if (own.includes("--help") || own.includes("-h")) {
    console.log(help(command));
    return 0;
  }
  return command.run(parse(command, rest));
}

/** What `danelab WORDS` does; returns the exit status. What went wrong is told on standard error. */
export async function commandLine(words: readonly string[]): Promise<number> {
  try {
    return await carryOut(words);
  } catch (error) {
    console.error(`danelab: ${messageOf(error)}`);
    return error instanceof UsageError ? 2 : 3;
  }
}
