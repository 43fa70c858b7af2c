import { expect, test } from "vitest";
import { plan, stackOf } from "../model/plan.ts";
import { checkFile } from "../run/check-scenarios.ts";
import { dv, must, type ScenarioText, scenarios } from "../vocabulary.ts";
import { compileWorld, type World } from "./world.ts";

function worldOf(text: Partial<ScenarioText>): World {
  const whole = {
    id: "x",
    title: "x",
    cites: ["RFC 7672 2.2"],
    expect: { dane: must("authenticated") },
    ...text,
  };
  const stack = stackOf({ name: "postfix", version: "3" }, { name: "unbound", version: "1" });
  const planned = plan(checkFile(scenarios("x", [whole]), "x.ts"), { stacks: [stack], policies: ["dane"] });
  return compileWorld(planned, { subnet: 3, now: new Date("2026-06-15T12:00:00Z") });
}

const receiver = "real";

test("a real server has each host at a port of its own, with the certificate that the farm would show", () => {
  const { realHosts, hosts } = worldOf({ mx: { receiver, sni: { "{mx}": dv() } } });
  const served = realHosts.get("real") ?? [];
  expect(served.map(({ name }) => name).sort()).toEqual(["mx.x.dane-twin.example", "mx.x.dane.example"]);
  expect(new Set(served.map(({ port }) => port)).size).toBe(2);
  for (const { name, passesTo, certificate, sni } of hosts) {
    expect(served.find((one) => one.name === name)).toEqual({
      name,
      recipient: name.replace("mx.", ""),
      port: passesTo,
      certificate,
      sni,
    });
    expect(Object.keys(sni)).toEqual([name]);
  }
});

test("a host that stays as it is from step to step stays at its port; with another certificate it is another", () => {
  const expectation = { dane: must("authenticated") };
  const { domains, realHosts } = worldOf({
    mx: { receiver },
    steps: [
      { title: "nothing changes", expect: expectation },
      { title: "another certificate", mx: { receiver, certificate: dv() }, expect: expectation },
      { title: "the recording server", mx: {}, expect: expectation },
    ],
  });
  const steps = domains.get("x.dane-1")?.steps ?? [];
  const [first, same, other, recording] = steps.map(({ hosts }) => hosts[0]?.passesTo);
  expect(first).toBeDefined();
  expect(same).toBe(first);
  expect(other).not.toBe(first);
  expect(recording).toBeUndefined();
  const ports = realHosts.get("real")?.map(({ port }) => port);
  expect(ports).toContain(first);
  expect(ports).toContain(other);
});

test("without a real server there is nothing for one to serve", () => {
  expect(worldOf({}).realHosts.size).toBe(0);
});
