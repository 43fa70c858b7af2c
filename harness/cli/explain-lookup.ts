import { type LookupScenario, lookupDomain, lookupPlan, titleOfWay } from "../model/lookup.ts";
import { compileWorld } from "../world/world.ts";
import { expectedText, zoneFileLines, zoneLine } from "./scenario-text.ts";

/** What a resolver is asked, and what it may answer, line by line. Keys and signatures are fresh each time. */
export function explainLookup(lookup: LookupScenario): readonly string[] {
  const { domain, questions, measure, type } = lookup;
  const world = compileWorld(lookupPlan([lookup], []), { subnet: 1, now: new Date() });
  const name = world.nameIn(lookupDomain(lookup), lookup.name, lookup.zone);
  const { status, rcode, rdata, empty } = world.recordsOf({ name, type });
  const width = Math.max(...questions.map(({ way }) => titleOfWay(way).length)) + 2;
  return [
    domain.id,
    `  ${domain.title}`,
    ...(domain.why ? [`  ${domain.why}`] : []),
    `  cites ${domain.cites.join(", ")}`,
    ...(measure ? [`  tries ${measure.value} of a limit: ${measure.of}`] : []),
    "",
    "Asked of the resolver",
    `  ${name} ${type}`,
    ...questions.map(
      ({ way, expectation }) => `  ${titleOfWay(way).padEnd(width)}${expectedText(expectation)}`,
    ),
    "",
    "Zones",
    ...Object.entries(domain.zones).map(zoneLine),
    "",
    "What a validating resolver must find",
    `  ${status === "any" ? "left to the resolver" : status}: ${rcode}, ${empty ? "no records" : rdata ? `${rdata.length} ${rdata.length === 1 ? "record" : "records"}` : "records"}`,
    ...zoneFileLines(world, world.domains.get(lookupDomain(lookup))?.zones ?? []),
  ];
}
