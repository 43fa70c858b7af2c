import { describe, expect, test } from "vitest";
import { plan, stackOf } from "../model/plan.ts";
import { type Scenario, usualPolicies } from "../model/scenario.ts";
import {
  dv,
  intercept,
  leaksOnTheWire,
  leaksToTheAttacker,
  must,
  open,
  type ScenarioText,
  scenarios,
  selfSigned,
  stripStarttls,
} from "../vocabulary.ts";
import { checkFile } from "./check-scenarios.ts";

type Text = Omit<ScenarioText, "id" | "title" | "cites">;

function checked(text: Text): Scenario {
  const file = scenarios("x", [{ id: "x-1", title: "One", cites: ["RFC 7672 2.2"], ...text }]);
  const [scenario] = checkFile(file, "x.ts");
  if (!scenario) throw new Error("no scenario");
  return scenario;
}

const dane = must("deferred");
const known = { certificate: dv({ ca: "public" }) };
const stripped = { attacker: stripStarttls };
const intercepted = { attacker: intercept(selfSigned()) };
const fooled = { attacker: intercept(dv({ ca: "public" })) };
const cleartext = must("cleartext");
const read = leaksOnTheWire("cleartext");
const taken = leaksToTheAttacker("encrypted");

describe("encrypt", () => {
  test.for<[title: string, text: Text, level: string, permitted: string]>([
    ["is as may where there is TLS", { expect: { dane } }, "must", "encrypted"],
    ["waits where there is none", { expect: { dane, may: cleartext } }, "should", "deferred"],
    [
      "is left open where may is",
      { expect: { dane, may: open("cleartext", "bounced") } },
      "open",
      "deferred bounced",
    ],
    [
      "may find TLS at another host",
      { mx: [{}, {}], expect: { dane, may: cleartext } },
      "should",
      "deferred encrypted",
    ],
    [
      "sends nothing in clear that an attacker would read",
      { mx: stripped, expect: { dane, control: read } },
      "should",
      "deferred",
    ],
  ])("%s", ([, text, level, permitted]) => {
    expect(checked(text).expect.encrypt).toEqual({
      level,
      permitted: permitted.split(" "),
      never: ["cleartext"],
    });
  });

  test("has no trial of an attack that terminates TLS", () => {
    expect(checked({ mx: intercepted, expect: { dane, control: taken } }).expect.encrypt).toBeUndefined();
  });

  test("stands where it is written", () => {
    const written = checked({ expect: { dane, encrypt: must("bounced") } }).expect.encrypt;
    expect(written).toEqual({ level: "must", permitted: ["bounced"], never: [] });
  });
});

describe.for(["verify", "secure"] as const)("%s", (policy) => {
  test.for<[title: string, text: Text, level: string, permitted: string, never: string]>([
    ["refuses a self-signed certificate", { expect: { dane } }, "should", "deferred", "encrypted cleartext"],
    [
      "refuses one of a CA that nobody knows",
      { mx: { certificate: dv() }, expect: { dane } },
      "should",
      "deferred",
      "encrypted cleartext",
    ],
    [
      "may take one of a known CA",
      { mx: known, expect: { dane } },
      "open",
      "deferred encrypted",
      "cleartext",
    ],
    [
      "does not come as far as a refusal",
      { expect: { dane, may: must("bounced") } },
      "must",
      "deferred bounced",
      "encrypted cleartext",
    ],
    [
      "stops an attacker without a certificate of a known CA",
      { mx: intercepted, expect: { dane, control: taken } },
      "should",
      "deferred",
      "encrypted cleartext",
    ],
  ])("%s", ([, text, level, permitted, never]) => {
    expect(checked(text).expect[policy]).toEqual({
      level,
      permitted: permitted.split(" "),
      never: never.split(" "),
    });
  });

  test("has no trial of an attacker with one, unless it is written: then it is a control as any other", () => {
    const text = { mx: fooled, expect: { dane, control: taken } };
    expect(checked(text).expect[policy]).toBeUndefined();
    const written = checked({ ...text, expect: { ...text.expect, [policy]: taken } });
    expect(written.expect[policy]?.leaks).toBe("to-the-attacker");
    expect(written.steps.map((step) => step.expect[policy])).toEqual([undefined]);
  });
});

test("the message that waited is delivered once the attack is over", () => {
  const { expect: first, steps } = checked({ mx: stripped, expect: { dane, control: read } });
  expect(first.encrypt?.permitted).toEqual(["deferred"]);
  expect(steps.map((step) => step.expect.encrypt?.permitted)).toEqual([["encrypted"]]);
});

test("none of them is run unless it is asked for", () => {
  const stack = stackOf({ name: "postfix", version: "3.10" }, { name: "unbound", version: "1.26" });
  const scenario = checked({ mx: stripped, expect: { dane, control: read } });
  const policiesOf = (policies: Parameters<typeof plan>[1]["policies"]) =>
    plan([scenario], { stacks: [stack], policies }).trials.map(({ policy, role }) => `${policy} ${role}`);
  expect(policiesOf(usualPolicies)).toEqual(["may control", "dane main", "dane-only main"]);
  expect(policiesOf(["encrypt"])).toEqual(["may control", "encrypt main"]);
});
