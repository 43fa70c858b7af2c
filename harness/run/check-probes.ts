import type { ProbeScenario } from "../model/probe.ts";
import { outcomes } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { checkList, completed, contradiction } from "./check-scenarios.ts";
import { probe, probeFile } from "./scenario-fields.ts";

/** From the text of a file of probes to whole scenarios. UsageError names file, scenario and field. */
export function checkProbes(content: unknown, shown: string): readonly ProbeScenario[] {
  return checkList(content, shown, probeFile, probe, (text, group, where) => {
    const domain = completed(
      {
        ...{ id: text.id, title: text.title, why: text.why, cites: text.cites },
        mx: { ...text.mx, receiver: "real" },
        // No mail is sent to the domain.
        expect: { dane: { level: "open", permitted: [...outcomes], never: [] } },
      },
      group,
      shown,
    );
    const problem = contradiction(domain);
    if (problem) throw new UsageError(`${where}: ${problem}`);
    return { domain, way: text.way };
  });
}
