import type { Evidence } from "../harness/model/evidence.ts";
import type {
  ProgramResult,
  Results,
  ScenarioResult,
  TrialResult,
  Verdict,
} from "../harness/model/results.ts";
import type { Policy } from "../harness/model/scenario.ts";
import { sampleEvidence } from "./sample/evidence.ts";
import { sampleScenarios } from "./sample/scenarios.ts";

/** A whole run that never took place: 80 scenarios, every verdict. For the renderers' tests, and for looking at what they make. */
export interface Sample {
  readonly results: Results;
  readonly evidence: ReadonlyMap<string, Evidence>;
}

export interface SampleOptions {
  readonly stacks?: readonly (readonly [sender: string, resolver: string])[];
  /** Takes only scenarios whose id contains this. */
  readonly only?: string;
  /** So many scenarios, the same again and again; 80 unless told. */
  readonly scenarios?: number;
  /** false: everything passes. */
  readonly surprises?: boolean;
}

const twoStacks = [
  ["postfix@3.10", "unbound@1.22"],
  ["exim@4.98", "bind@9.20"],
] as const;

export function sample({
  stacks = twoStacks,
  only = "",
  scenarios: count = sampleScenarios.length,
  surprises = true,
}: SampleOptions = {}): Sample {
  const scenarios = repeated(count).filter(({ id }) => id.includes(only));
  const trials = stacks.flatMap(([sender, resolver], index) =>
    scenarios.flatMap((scenario) => trialsOf(scenario, sender, resolver, surprises && index === 1)),
  );
  const attacks = new Set(scenarios.filter(({ attack }) => attack).map(({ id }) => id));
  return {
    results: {
      version: 1,
      run: {
        id: "4f2a1c",
        danelab: "0.1.0",
        start: "2026-11-24T08:18:01.204Z",
        end: "2026-11-24T08:18:27.918Z",
        host: { system: "linux x64", node: "v24.21.0", engine: "Docker 28.5.1 (linux/amd64)", cores: 2 },
        options: {
          scenarios: [],
          stacks: stacks.map((names) => names.join("+")),
          policies: ["dane", "dane-only", "may"],
        },
        programs: programsOf(stacks),
        strayPackets: surprises
          ? {
              count: 3,
              first: [
                "08:18:05.101 IP 198.18.1.11.41022 > 192.5.6.30.53: 4711 AAAA? a.gtld-servers.net. (36)",
              ],
            }
          : { count: 0, first: [] },
        staleDivergences: surprises ? ["unusable-rdata-2: deferred: fixed upstream"] : [],
        errors: [],
        interrupted: false,
        timings: { world: 412, lab: 3380, deliver: 21040, stop: 960 },
      },
      scenarios,
      trials,
    },
    evidence: new Map(trials.map((trial) => [trial.id, sampleEvidence(trial, attacks.has(trial.scenario))])),
  };
}

function repeated(count: number): readonly ScenarioResult[] {
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / sampleScenarios.length);
    const scenario = sampleScenarios[index % sampleScenarios.length];
    if (!scenario) return [];
    return round === 0
      ? [scenario]
      : [{ ...scenario, id: `${scenario.id}-round-${round + 1}`, canary: false }];
  }).flat();
}

/** 500 scenarios on 20 stacks, with all policies, controls and twins. */
export function largeSample(): Sample {
  const versions = ["3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13"];
  return sample({
    scenarios: 500,
    stacks: versions.flatMap((version) => [
      [`postfix@${version}`, "unbound@1.22"],
      [`exim@${version.replace("3.", "4.")}`, "bind@9.20"],
    ]),
  });
}

function programsOf(stacks: NonNullable<SampleOptions["stacks"]>): ProgramResult[] {
  const image = (name: string) => ({
    name: `danelab/${name.replace("@", ":")}`,
    digest: `sha256:${"3d9a07c5".repeat(8)}`,
  });
  const of = (id: string, role: ProgramResult["role"]): ProgramResult => ({
    id,
    role,
    package: `${id.replace("@", " ")}.2-1+deb13u1`,
    image: image(id),
  });
  return [
    ...new Map(
      stacks
        .flatMap(([sender, resolver]) => [of(sender, "sender"), of(resolver, "resolver")])
        .map((one) => [one.id, one]),
    ).values(),
    of("nsd@4.12", "authority"),
    of("farm@0.1.0", "farm"),
  ];
}

function trialsOf(
  scenario: ScenarioResult,
  sender: string,
  resolver: string,
  surprising: boolean,
): TrialResult[] {
  const places = scenario.canary ? (["start", "end"] as const) : [null];
  return places.flatMap((canary) =>
    (["dane", "dane-only", "may", "verify"] as const).flatMap((policy) => {
      const expectation = scenario.expect[policy];
      if (!expectation) return [];
      const id = [scenario.id, `${sender}+${resolver}`, policy, ...(canary ? [canary] : [])].join("/");
      const main: TrialResult = {
        id,
        scenario: scenario.id,
        sender,
        resolver,
        policy,
        role: expectation.leaks ? "control" : "main",
        canary,
        of: null,
        level: expectation.level,
        expected: [...expectation.permitted],
        leaked: expectation.leaks !== undefined,
        divergence: null,
        ms: 40 + ((id.length * 37) % 90),
        evidence: `evidence/${id.replaceAll("@", "-").replaceAll("+", "_")}.json`,
        ...usual(scenario, policy, expectation.permitted[0] ?? "deferred"),
        ...(surprising ? surprise(scenario.id, policy) : {}),
      };
      if (main.role === "control" || !main.expected.includes("authenticated")) return [main];
      return [main, twinOf(main)];
    }),
  );
}

function usual(
  scenario: ScenarioResult,
  policy: Policy,
  outcome: NonNullable<TrialResult["outcome"]>,
): Pick<TrialResult, "outcome" | "verdict" | "reasons" | "claimed"> {
  const open = scenario.expect[policy]?.level === "open" && !scenario.attack;
  const reasons = scenario.expect[policy]?.leaks
    ? ["the attack succeeds without DANE: the message was read"]
    : [`${outcome}, as ${open ? "permitted" : "demanded"}`];
  return { outcome, verdict: open ? "info" : "pass", reasons, claimed: claimOf(outcome) };
}

function twinOf(main: TrialResult): TrialResult {
  return {
    ...main,
    id: `${main.id}/twin`,
    role: "twin",
    of: main.id,
    outcome: "deferred",
    verdict: "pass",
    reasons: ["deferred, as demanded"],
    expected: ["deferred", "bounced"],
    claimed: claimOf("deferred"),
    divergence: null,
  };
}

function claimOf(outcome: TrialResult["outcome"]): string | null {
  switch (outcome) {
    case null:
      return null;
    case "deferred":
      return "deferred (certificate-does-not-match: Server certificate not verified)";
    case "bounced":
      return "bounced (null-mx: Domain has a null MX)";
    case "cleartext":
      return "sent, no TLS";
    default:
      return `sent, TLS ${outcome === "authenticated" ? "verified" : "untrusted"}`;
  }
}

/** What goes wrong in the second stack, by scenario and policy. */
const surprises: Readonly<Record<string, readonly [Verdict, TrialResult["outcome"], string]>> = {
  "ee-expired dane": ["fail", "deferred", "deferred where the RFC demands authenticated"],
  "ee-expired dane-only": ["fail", "deferred", "deferred where the RFC demands authenticated"],
  "mismatch-digest-3 dane": [
    "fail",
    "cleartext",
    "the log claims a TLS connection (verified), but mx.mismatch-digest-3.dane.example received the message in clear text",
  ],
  "combo-312-match dane": ["warn", "encrypted", "encrypted where the RFC recommends authenticated"],
  "unusable-sha256-as-512 dane": ["warn", "deferred", "deferred where the RFC recommends encrypted"],
  "unusable-pkix-ee-selfsigned dane": [
    "known",
    "deferred",
    "known: PKIX-EE is treated as DANE-EE since 4.95",
  ],
  "combo-202-match dane-only": ["unsupported", null, "the sender has no mandatory DANE"],
  "atk-abort-handshake may": [
    "inconclusive",
    "deferred",
    "the attack did not succeed without DANE either (deferred): it proves nothing",
  ],
  "atk-abort-handshake dane": [
    "inconclusive",
    "deferred",
    "its control (atk-abort-handshake/exim@4.98+bind@9.20/may): the attack did not succeed without DANE either (deferred): it proves nothing",
  ],
  "atk-abort-handshake dane-only": [
    "inconclusive",
    "deferred",
    "its control (atk-abort-handshake/exim@4.98+bind@9.20/may): the attack did not succeed without DANE either (deferred): it proves nothing",
  ],
  "dnssec-denial-unproven dane": [
    "error",
    null,
    "the resolver's answer to _25._tcp.mx.dnssec-denial-unproven.dane.example. TLSA is not what the zone demands: NOERROR where SERVFAIL was expected (bogus)",
  ],
};

function surprise(scenario: string, policy: Policy): Partial<TrialResult> {
  const found = surprises[`${scenario} ${policy}`];
  if (!found) return {};
  const [verdict, outcome, reason] = found;
  return {
    verdict,
    outcome,
    reasons: [reason],
    leaked: outcome === "cleartext",
    ...(verdict === "known"
      ? {
          divergence: {
            reason: "PKIX-EE is treated as DANE-EE since 4.95",
            link: "https://bugs.example/1234",
          },
        }
      : {}),
    claimed: claimOf(outcome),
  };
}
