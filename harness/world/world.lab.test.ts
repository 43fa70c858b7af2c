import { afterAll, beforeAll, expect, it } from "vitest";
import { type Opinions, verifyZones, type ZoneToVerify } from "../dns/test-opinions.ts";
import { startTools, type Tools } from "../dns/test-tools.ts";
import { plan, stackOf } from "../model/plan.ts";
import { loadScenarios } from "../run/load-scenarios.ts";
import { compileWorld } from "./world.ts";

/** The internet of all scenarios judged by ldns-verify-zone, each zone by the DS records that its parent holds. */

const stacks = [stackOf({ name: "postfix", version: "3" }, { name: "unbound", version: "1" })];
const planned = plan(await loadScenarios([]), { stacks, policies: ["dane"] });
const { zoneFiles, domains } = compileWorld(planned, { subnet: 1, now: new Date() });

const texts = new Map(zoneFiles.map(({ path, content }) => [path, String(content)]));

/** DS lines of all zones as they are at the start, by owner. */
const ds = Map.groupBy(
  zoneFiles
    .filter(({ path }) => !path.startsWith("/zones/step-"))
    .flatMap(({ content }) => String(content).match(/^\S+ \d+ IN DS .*$/gm) ?? []),
  (line) => line.split(" ")[0]?.toLowerCase(),
);

/** Zones that nothing is wrong with: no fault, signed, and denied by a chain (compact denial has none). */
const sound: readonly ZoneToVerify[] = planned.domains.flatMap(({ key, scenario, variant }) => {
  const kinds = Object.values(scenario.zones);
  const right = kinds.every(
    ({ signed, faults, denial, keys }) =>
      signed && faults.length === 0 && denial.type !== "compact" && typeof keys === "string",
  );
  // A twin's zones differ in the data of TLSA records only.
  if (!right || scenario.steps.length > 0 || variant.endsWith("twin")) return [];
  return (domains.get(key)?.zones ?? []).map((zone) => {
    const lines = ds.get(`${zone}.`.toLowerCase()) ?? [];
    return {
      name: zone,
      origin: `${zone}.`,
      file: texts.get(`/zones/${zone}.zone`) ?? "",
      ds: lines.map((line) => `${line}\n`).join(""),
    };
  });
});

const infrastructure: readonly ZoneToVerify[] = [
  { name: ".", origin: ".", file: texts.get("/zones/root.zone") ?? "" },
  { name: "example", origin: "example.", file: texts.get("/zones/example.zone") ?? "" },
];

let tools: Tools | undefined;
let opinions: Opinions = new Map();
let infrastructureOpinions: Opinions = new Map();

beforeAll(async () => {
  tools = await startTools();
  opinions = await verifyZones(tools, sound, ["ldns"]);
  infrastructureOpinions = await verifyZones(tools, infrastructure);
});

afterAll(() => tools?.close());

it("every zone of every scenario that has no fault is right, up to its parent's DS", () => {
  expect(sound.length).toBeGreaterThan(100);
  expect(sound.filter(({ ds: lines }) => !lines).map(({ name }) => name)).toEqual([]);
  const refused = sound.flatMap(({ name }) => {
    const opinion = opinions.get(name)?.ldns;
    return opinion?.accepts ? [] : [`${name}: ${opinion?.text}`];
  });
  expect(refused).toEqual([]);
});

it.each(infrastructure)("the zone $name is right, with all its delegations", ({ name }) => {
  expect(infrastructureOpinions.get(name)).toMatchObject({
    ldns: { accepts: true },
    bind: { accepts: true },
  });
});
