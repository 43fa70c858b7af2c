import { type ProbeScenario, wayFacts } from "../model/probe.ts";
import { serverLines } from "./scenario-text.ts";

/** How a real server is set up, what danelab's client does, and what is permitted. */
export function explainProbe({ domain, way }: ProbeScenario): readonly string[] {
  const { permitted, title } = wayFacts[way];
  return [
    domain.id,
    `  ${domain.title}`,
    ...(domain.why ? [`  ${domain.why}`] : []),
    `  cites ${domain.cites.join(", ")}`,
    "",
    "Tried",
    `  ${way}: ${title}`,
    `  must: ${permitted}`,
    "",
    "Servers",
    ...serverLines(domain.mx),
  ];
}
