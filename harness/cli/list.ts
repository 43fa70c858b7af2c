import { loadRegistry, programsOf } from "../lab/registry.ts";
import { programId } from "../model/plan.ts";
import { UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import { findScenarios, selectionOptions } from "./selection.ts";

const kinds = ["scenarios", "senders", "resolvers", "authorities", "receivers"] as const;

export const listCommand: Command = {
  name: "list",
  usage: "list scenarios|senders|resolvers|authorities|receivers",
  summary: "List what there is, one per line, id first",
  more: "danelab list scenarios takes ids and globs: danelab list scenarios 'ee-*'",
  options: {
    json: { help: "print JSON" },
    scenarios: selectionOptions.scenarios,
  },
  async run(args) {
    const [word = "scenarios", ...patterns] = args.words;
    const kind = kinds.find((one) => one === word);
    if (!kind) throw new UsageError(`list ${word}: not known; there are ${kinds.join(", ")}`);
    if (kind !== "scenarios" && patterns.length > 0)
      throw new UsageError(`list ${kind} takes no further words; see danelab list --help`);
    const rows =
      kind === "scenarios"
        ? (await findScenarios(args, patterns)).map(({ id, group, title, cites }) => ({
            id,
            group,
            title,
            cites,
          }))
        : programsOf((await loadRegistry())[kind]).map((program) => ({ id: programId(program), ...program }));
    if (args.flag("json")) console.log(JSON.stringify(rows, null, 2));
    else {
      const width = Math.max(...rows.map(({ id }) => id.length));
      for (const row of rows) console.log("title" in row ? `${row.id.padEnd(width)}  ${row.title}` : row.id);
    }
    return 0;
  },
};
