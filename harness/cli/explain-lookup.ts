import { type LookupScenario, lookupDomain, lookupPlan, titleOfWay } from "../model/lookup.ts";
import { compileWorld } from "../world/world.ts";
import { expectedText, zoneFileLines, zoneLine } from "./scenario-text.ts";

/**
 * What a resolver or a name server is asked, and what it may answer, line by line; again after each change. Keys and signatures
 * are fresh each time.
 */
export function explainLookup(lookup: LookupScenario): readonly string[] {
  const { domain, questions, measure, modes, type } = lookup;
  const world = compileWorld(lookupPlan([lookup], []), { subnet: 1, now: new Date() });
  const name = world.nameIn(lookupDomain(lookup), lookup.name, lookup.zone);
  const width = Math.max(...questions.map(({ way }) => titleOfWay(way).length)) + 2;
  const asked = (step: number): readonly string[] => [
    "Asked",
    `  ${name} ${type}`,
    ...questions
      .filter((one) => (one.step ?? 0) === step)
      .map(({ way, expectation }) => `  ${titleOfWay(way).padEnd(width)}${expectedText(expectation)}`),
  ];
  const found = (step: number): readonly string[] => {
    const { status, rcode, rdata, empty } = world.recordsOf({ name, type }, step);
    const records = empty
      ? "no records"
      : rdata
        ? `${rdata.length} ${rdata.length === 1 ? "record" : "records"}`
        : "records";
    return [
      "What a validating resolver must find",
      `  ${status === "any" ? "left to the resolver" : status}: ${rcode}, ${records}`,
      ...zoneFileLines(world, world.domains.get(lookupDomain(lookup))?.zones ?? [], step),
    ];
  };
  return [
    domain.id,
    `  ${domain.title}`,
    ...(domain.why ? [`  ${domain.why}`] : []),
    `  cites ${domain.cites.join(", ")}`,
    ...(modes ? [`  tried with name servers as ${modes.join(", ")} alone`] : []),
    ...(measure ? [`  tries ${measure.value} of a limit: ${measure.of}`] : []),
    "",
    ...asked(0),
    "",
    "Zones",
    ...Object.entries(domain.zones).map(zoneLine),
    "",
    ...found(0),
    ...domain.steps.flatMap((step, index) => [
      ...["", `Then: ${step.title}`, "", ...asked(index + 1), ""],
      ...found(index + 1),
    ]),
  ];
}
