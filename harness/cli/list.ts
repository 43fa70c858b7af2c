import { loadRegistry, programsOf } from "../lab/registry.ts";
import { programId } from "../model/plan.ts";
import { UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import { selectionOptions, selectScenarios } from "./selection.ts";

const kinds = ["scenarios", "senders", "resolvers", "authorities"] as const;

export const listCommand: Command = {
  name: "list",
  usage: "list scenarios|senders|resolvers|authorities",
  summary: "List what there is, one per line, id first",
  options: {
    json: { help: "print JSON" },
    scenarios: selectionOptions.scenarios,
  },
  async run(args) {
    const [word = "scenarios", ...patterns] = args.words;
    const kind = kinds.find((one) => one === word);
    if (!kind) throw new UsageError(`list ${word}: not known; there are ${kinds.join(", ")}`);
    const rows =
      kind === "scenarios"
        ? (await selectScenarios(args, patterns)).map(({ id, group, title, cites }) => ({
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
