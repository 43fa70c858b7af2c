import { doesDane } from "../lab/abilities.ts";
import type { Driver, SenderDriver } from "../lab/driver.ts";
import type { Found } from "../lab/registry.ts";
import { programId } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import type { Command } from "./commands.ts";
import type { Arguments } from "./options.ts";
import { loadPrograms, programOptions } from "./programs.ts";
import { findAny, selectionOptions } from "./selection.ts";

/** The columns that a line has, and what JSON tells. */
interface Row {
  readonly columns: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

async function scenarioRows(args: Arguments, patterns: readonly string[]): Promise<readonly Row[]> {
  const { scenarios, lookups, authorities, probes } = await findAny(args, patterns);
  const row =
    (kind: "mail" | "lookup" | "authority" | "probe") =>
    ({ id, group, title, cites }: Scenario): Row => ({
      columns: [id, title],
      facts: { id, kind, group, title, cites },
    });
  return [
    ...scenarios.map(row("mail")),
    ...lookups.map(({ domain }) => row("lookup")(domain)),
    ...authorities.map(({ domain }) => row("authority")(domain)),
    ...probes.map(({ domain }) => row("probe")(domain)),
  ];
}

function programRows({ driver }: Found<Driver>): readonly Row[] {
  return driver.versions.map(({ version, suite }) => {
    const { name } = driver;
    const id = programId({ name, version });
    return { columns: [id, `Debian ${suite}`], facts: { id, name, version, suite } };
  });
}

function senderRows(found: Found<SenderDriver>): readonly Row[] {
  const { driver } = found;
  return programRows(found).map(({ columns, facts }, index) => {
    const dane = doesDane(driver, driver.versions[index]?.version ?? "");
    const policies = driver.policies.filter(
      (policy) => dane || (policy !== "dane" && policy !== "dane-only"),
    );
    const byDefault = index === 0 && driver.onRequest !== true;
    return {
      columns: [
        ...columns,
        driver.tls,
        dane ? "DANE" : "no DANE",
        byDefault ? "by default" : "on request",
        policies.join(", "),
      ],
      facts: { ...facts, tls: driver.tls, dane, byDefault, policies },
    };
  });
}

const kinds = ["scenarios", "senders", "resolvers", "authorities", "receivers", "verifiers"] as const;

/** Columns as wide as what stands in them; the last one as it is. */
function table(lines: readonly (readonly string[])[]): readonly string[] {
  return lines.map((columns) =>
    columns
      .map((text, index) =>
        index === columns.length - 1
          ? text
          : text.padEnd(Math.max(...lines.map((other) => other[index]?.length ?? 0))),
      )
      .join("  "),
  );
}

export const listCommand: Command = {
  name: "list",
  usage: "list scenarios|senders|resolvers|authorities|receivers|verifiers",
  summary: "List what there is, one per line, id first",
  more: "danelab list scenarios takes ids and globs: danelab list scenarios 'ee-*'. Those that begin with res- are of danelab resolvers,\nauth- of danelab authorities, pub- of danelab receivers",
  options: {
    json: { help: "print JSON" },
    scenarios: selectionOptions.scenarios,
    driver: programOptions.driver,
  },
  async run(args) {
    const [word = "scenarios", ...patterns] = args.words;
    const kind = kinds.find((one) => one === word);
    if (!kind)
      throw new UsageError(`list ${word}: not known; there are ${kinds.join(", ")}${meant(word, kinds)}`);
    if (kind !== "scenarios" && patterns.length > 0)
      throw new UsageError(`list ${kind} takes no further words; see danelab list --help`);
    const rows =
      kind === "scenarios"
        ? await scenarioRows(args, patterns)
        : kind === "senders"
          ? (await loadPrograms(args)).senders.flatMap(senderRows)
          : (await loadPrograms(args))[kind].flatMap(programRows);
    if (args.flag("json"))
      console.log(
        JSON.stringify(
          rows.map(({ facts }) => facts),
          null,
          2,
        ),
      );
    else for (const line of table(rows.map(({ columns }) => columns))) console.log(line);
    return 0;
  },
};
