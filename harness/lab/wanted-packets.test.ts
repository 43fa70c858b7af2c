import { expect, test } from "vitest";
import { plan, type Stack, stackOf } from "../model/plan.ts";
import { checkFile } from "../run/check-scenarios.ts";
import { must, type ScenarioText, scenarios } from "../vocabulary.ts";
import { compileWorld } from "../world/world.ts";
import { wantedPackets } from "./wanted-packets.ts";

const stacks: readonly Stack[] = ["unbound", "bind"].map((name) =>
  stackOf({ name: "postfix", version: "3.10" }, { name, version: "1" }),
);
const texts: readonly Partial<ScenarioText>[] = [
  { id: "shared" },
  { id: "zones", mx: [{}, { zone: "b" }], zones: { b: { under: "tld" } } },
  { id: "remote", resolver: { answers: [] } },
];
const whole = plan(
  checkFile(
    scenarios(
      "x",
      texts.map((text) => ({
        id: "",
        title: text.id ?? "",
        cites: ["RFC 7672 2.2"],
        expect: { dane: must("authenticated") },
        ...text,
      })),
    ),
    "x.ts",
  ),
  { stacks, policies: ["dane"] },
);
const world = compileWorld(whole, { subnet: 1, now: new Date() });
const all = wantedPackets(whole, world, new Set(whole.trials.map(({ id }) => id)));
const of = (scenario: string, stack = 0, ending = "") =>
  all.find(({ trial }) => trial === `${scenario}/${stacks[stack]?.id}/dane${ending}`);
const both = (pair: { readonly ipv4: string; readonly ipv6: string }) => [pair.ipv4, pair.ipv6];

test("two stacks share a domain's hosts and zones, each with peers of its own", () => {
  const [first, second] = [of("shared", 0), of("shared", 1)];
  expect(first?.peers).toEqual(both(world.addresses.stack(0)));
  expect(second?.peers).toEqual(both(world.addresses.stack(1)));
  expect(first?.zones).toEqual(["shared.dane.example."]);
  expect(second?.zones).toEqual(first?.zones);
  expect(first?.addresses).toHaveLength(2);
  expect(second?.addresses).toEqual(first?.addresses);
});

test("all hosts and zones of a domain are its trial's, and no other trial's", () => {
  const zones = of("zones");
  expect(zones?.addresses).toHaveLength(4);
  expect([...(zones?.zones ?? [])].sort()).toEqual(["zones-b.dane.example.", "zones.dane.example."]);
  const ofFirstStack = all.filter(({ trial }) => trial.includes("unbound"));
  const addresses = ofFirstStack.flatMap((one) => one.addresses);
  expect(new Set(addresses).size).toBe(addresses.length);
});

test("a sender across the network asks a resolver that is elsewhere", () => {
  expect(of("remote", 1)?.peers).toEqual([
    ...both(world.addresses.stack(1)),
    ...both(world.addresses.remote(1)),
  ]);
});

test("nothing is kept for trials that are not wanted", () => {
  const wanted = new Set([of("shared", 0, "/twin")?.trial ?? ""]);
  expect(wantedPackets(whole, world, wanted).map(({ trial }) => trial)).toEqual([...wanted]);
});
