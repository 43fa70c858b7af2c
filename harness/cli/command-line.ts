import { messageOf, UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import { type Command, commands } from "./commands.ts";
import { parse } from "./options.ts";

/** Exit status: 0 nothing unexpected, 1 unexpected verdict or stale divergence, 2 usage or bad input, 3 harness error, 130 interrupted. */

function overview(): string {
  const width = Math.max(...commands.map(({ usage }) => usage.length));
  return [
    "danelab: does your mail server do DANE right? Real resolvers, real name servers, real MTAs, real mail, judged against the RFCs.",
    "",
    "Usage: danelab COMMAND [options]",
    "",
    ...commands.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`),
    "",
    "danelab COMMAND --help tells more. Exit status: 0 nothing unexpected, 1 unexpected verdict, 2 usage, 3 harness error, 130 interrupted.",
  ].join("\n");
}

function help({ usage, summary, options, more }: Command): string {
  const rows = Object.entries(options).map(([name, option]) => [
    `--${name}${option.value ? ` ${option.value}` : ""}`,
    option.help,
  ]);
  const width = Math.max(0, ...rows.map(([left = ""]) => left.length));
  return [
    `Usage: danelab ${usage} [options]`,
    "",
    summary,
    ...(more ? ["", more] : []),
    "",
    ...[...rows, ["--help", "this text"]].map(([left = "", right]) => `  ${left.padEnd(width)}  ${right}`),
  ].join("\n");
}

async function carryOut(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(overview());
    return name === undefined ? 2 : 0;
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
