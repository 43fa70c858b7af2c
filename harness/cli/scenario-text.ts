import { readable } from "../dns/readable.ts";
import type { LookupExpectation } from "../model/lookup.ts";
import type { AnswerRule, CertificateSpec, Expectation, Scenario, ZoneSpec } from "../model/scenario.ts";
import { zonePath } from "../world/setup.ts";
import type { World } from "../world/world.ts";

/** What a scenario sets up, and what is expected, in words. */

export function expectedText({ level, permitted, never }: Expectation | LookupExpectation): string {
  const word = { must: "MUST be", should: "SHOULD be", open: "left open by the RFC, foreseen:" }[level];
  return [
    `${word} ${permitted.join(" or ")}`,
    ...(never.length > 0 ? [`never ${never.join(", ")}`] : []),
  ].join("; ");
}

function certificate({ kind, key, names, notBefore, notAfter, sends }: CertificateSpec): string {
  const named = names.length > 0 ? names.join(", ") : "none";
  return `${kind} ${key}, names ${named}, valid from day ${notBefore} to day ${notAfter}, sends ${sends.join(", ")}`;
}

export function serverLines(mx: Scenario["mx"]): readonly string[] {
  return mx.flatMap((host) => {
    const { attacker } = host;
    const found = host.published ? `MX ${host.preference}` : "no MX record:";
    return [
      `  ${found} ${host.name}${host.alias ? ` (through the alias ${host.alias.name})` : ""}: server ${host.receiver === "recording" ? host.server : host.receiver}${host.port === 25 ? "" : `, port ${host.port}`}${attacker ? `, attacker ${attacker.does} in front of it` : ""}`,
      `     certificate: ${certificate(host.certificate)}`,
      ...Object.entries(host.sni).map(([name, one]) => `     for SNI ${name}: ${certificate(one)}`),
      ...(attacker && "certificate" in attacker
        ? [`     the attacker's: ${certificate(attacker.certificate)}`]
        : []),
    ];
  });
}

export function ruleText({ does, type, name }: AnswerRule): string {
  return `${does}${type ? ` for ${type}` : ""}${name ? ` at ${name}` : ""}`;
}

export function zoneLine([name, { signed, faults, answers }]: readonly [string, ZoneSpec]): string {
  return [
    `  ${name}: ${signed ? "signed" : "unsigned"}`,
    ...faults.map(
      (one) => `fault ${one.fault}${one.type ? ` of ${one.type}` : ""}${one.name ? ` at ${one.name}` : ""}`,
    ),
    ...answers.map((one) => `its server: ${ruleText(one)}`),
  ].join(", ");
}

/** The master files of these zones, as they are served in a step. */
export function zoneFileLines(world: World, zones: readonly string[], step = 0): readonly string[] {
  return zones.flatMap((name) => {
    const path = zonePath(name, step);
    const file = world.zoneFiles.find((one) => one.path === path);
    if (!file) return [];
    const lines = String(file.content).trimEnd().split("\n");
    return ["", `Zone ${name}`, ...lines.map((line) => `  ${readable(line)}`)];
  });
}
