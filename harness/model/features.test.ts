import { expect, test } from "vitest";
import { checkFile } from "../run/check-scenarios.ts";
import {
  answer,
  attacker,
  intercept,
  leaksOnTheWire,
  must,
  type ScenarioText,
  scenarios,
  selfSigned,
} from "../vocabulary.ts";
import { featuresNeeded } from "./features.ts";

function needed(
  text: Omit<ScenarioText, "id" | "title" | "cites" | "expect"> & Partial<Pick<ScenarioText, "expect">>,
) {
  const whole = {
    id: "x",
    title: "x",
    cites: ["RFC 7672 2.2"],
    expect: { dane: must("deferred") },
    ...text,
  };
  return checkFile(scenarios("x", [whole]), "x.ts").flatMap(featuresNeeded);
}

const lost = { dane: must("deferred"), control: leaksOnTheWire("cleartext") };

test.each([
  [{}, []],
  [{ recipientText: "bücher.{domain}" }, ["SMTPUTF8"]],
  [{ recipientText: "upper" }, []],
  [{ recipientText: "[{ipv4}]" }, ["address literals"]],
  [{ route: { to: "mx", port: 2525 }, mx: { port: 2525 } }, ["routes"]],
  [{ route: { mx: true, port: 26 }, mx: { port: 26 } }, ["routes", "routes by MX to another port"]],
  [{ resolver: { answers: [answer("drop")] } }, ["timeout shorter than a run for lookups"]],
  [{ resolver: { answers: [answer("drop", "TLSA")] } }, []],
  [{ attempts: 2 }, []],
  [{ attempts: 3 }, ["second retry within a run"]],
  [{ mx: { server: "tls-silence" } }, ["timeout shorter than a run"]],
  [{ mx: { attacker: attacker("stall-handshake") }, expect: lost }, ["timeout shorter than a run"]],
  [
    { mx: { attacker: intercept(selfSigned(), "starttls-silence") }, expect: lost },
    ["timeout shorter than a run"],
  ],
  [{ mx: { server: "starttls-421" } }, ["notice of a session that the server ends"]],
  [{ mx: { server: "no-starttls" } }, []],
] as const)("%j needs %j", (text, features) => {
  expect(needed(text)).toEqual(features);
});
