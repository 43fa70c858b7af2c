import { type Divergence, divergenceKey } from "./divergence.ts";
import { type Program, programId } from "./plan.ts";
import type { StepResult, TrialResult } from "./results.ts";
import type { Scenario } from "./scenario.ts";

/** A kind of trial without a sender: danelab's own client tries a real server at an MX, and what it got is judged. */

/**
 * matched: TLS, and the chain shown matches a TLSA record; unmatched: TLS, and it matches none; no-tls: no TLS could be
 * had; accepted: the server did what it was asked; declined: it did not.
 */
export const probeOutcomes = ["matched", "unmatched", "no-tls", "accepted", "declined"] as const;
export type ProbeOutcome = (typeof probeOutcomes)[number];

/**
 * What the client does. sni-known, sni-unknown, no-sni: STARTTLS with the host's name, another name or none in the
 * ClientHello; ecdsa-only, rsa-only: with the host's name, and certificates of that key type alone are taken (TLS 1.2);
 * lower-case: with the host's name, and commands in lower case; starttls-again: once more under TLS; injection: a command
 * in one segment with STARTTLS, in clear; early-helo: EHLO in clear, then under TLS a message
 * without another, to a server that takes none without any; early-mail: MAIL in clear, then under TLS RCPT at once;
 * in-clear: a message without TLS.
 */
export const probeWays = [
  "sni-known",
  "sni-unknown",
  "no-sni",
  "ecdsa-only",
  "rsa-only",
  "lower-case",
  "starttls-again",
  "injection",
  "early-helo",
  "early-mail",
  "in-clear",
] as const;
export type ProbeWay = (typeof probeWays)[number];

interface WayFacts {
  /** What is permitted: all else breaks a MUST. */
  readonly permitted: ProbeOutcome;
  /** Of a step: "asked for with the host's name". */
  readonly title: string;
}

/**
 * RFC 7672 8.1: a chain that matches at least one record, SNI or not. RFC 3207 4.2: what the server learned before TLS is
 * discarded, and STARTTLS is not offered again. RFC 5321 2.4: commands are not case sensitive. RFC 3207 4: a publicly referenced server must not require STARTTLS.
 */
export const wayFacts: Readonly<Record<ProbeWay, WayFacts>> = {
  "sni-known": { permitted: "matched", title: "TLS with the host's name as SNI" },
  "sni-unknown": { permitted: "matched", title: "TLS with another name as SNI" },
  "no-sni": { permitted: "matched", title: "TLS without SNI" },
  "ecdsa-only": { permitted: "matched", title: "TLS with a client that takes ECDSA certificates only" },
  "rsa-only": { permitted: "matched", title: "TLS with a client that takes RSA certificates only" },
  "lower-case": { permitted: "matched", title: "TLS for a client that writes its commands in lower case" },
  "starttls-again": { permitted: "declined", title: "STARTTLS once more under TLS" },
  injection: { permitted: "declined", title: "a command behind STARTTLS, in clear" },
  "early-helo": { permitted: "declined", title: "a message under TLS, after EHLO in clear alone" },
  "early-mail": { permitted: "declined", title: "RCPT under TLS, after MAIL in clear" },
  "in-clear": { permitted: "accepted", title: "a message without TLS" },
};

/** What the server is set up for, and the way in which it is tried. */
export interface ProbeScenario {
  readonly domain: Scenario;
  readonly way: ProbeWay;
}

export interface ProbeTrial {
  /** "pub-sni-known/exim@4.98" */
  readonly id: string;
  /** Its domain stands at this receiver. */
  readonly scenario: ProbeScenario;
  readonly receiver: Program;
  /** Key of its recipient domain. */
  readonly domain: string;
  /** Why the receiver cannot do what the scenario takes; null: it can. */
  readonly unsupported: string | null;
}

/** What the farm is asked to do. */
export interface ProbeOrder {
  readonly server: string;
  /** The address that the client comes from. */
  readonly source: string;
  readonly port: number;
  readonly way: ProbeWay;
  /** The host's name, for SNI. */
  readonly name: string;
  /** For the ways in which mail is told; `content` without a line of a dot alone, and without final CRLF. */
  readonly mail: { readonly from: string; readonly to: string; readonly content: string };
}

/** What the client saw. */
export interface ProbeRecord {
  /** "127.0.0.1:40000": by it the server's log knows the client. */
  readonly client: string;
  /** "C: …", "S: …", "-- TLS established: TLSv1.3 …" */
  readonly transcript: readonly string[];
  /** null: none was had. */
  readonly tls: {
    readonly version: string;
    readonly cipher: string;
    /** DER in base64, the server's first, as it sent them. */
    readonly chain: readonly string[];
  } | null;
  /** The server offered STARTTLS under TLS. */
  readonly offeredAgain: boolean;
  /** Code of the reply that the way is about; null: none came, the server ended the session or had nothing to say. */
  readonly code: number | null;
  /** Why it ended before its end: "the server closed the connection". */
  readonly broken: string | null;
  readonly ms: number;
}

/** All that was seen of one trial. The judge knows nothing else. */
export interface ProbeEvidence {
  readonly trial: string;
  /** Name of the MX host, no final dot. */
  readonly host: string;
  /** Its TLSA records: "3 1 1 ab…". */
  readonly records: readonly string[];
  /** Those that the chain shown matches, and how. */
  readonly matched: readonly string[];
  readonly record: ProbeRecord | null;
  /** What the server logged of the session. */
  readonly log: readonly string[];
  /** What kept the harness from telling: non-empty means verdict `error`. */
  readonly errors: readonly string[];
}

const isGood = (code: number | null): boolean => code !== null && code >= 200 && code < 400;

/** The outcome, and what shows it. */
export function observeProbe(
  way: ProbeWay,
  { record, matched, records }: ProbeEvidence,
): { readonly outcome: ProbeOutcome | null; readonly told: string } {
  if (!record) return { outcome: null, told: "nothing was seen" };
  const { tls, offeredAgain, code, broken } = record;
  const ended = broken === null ? "" : `; ${broken}`;
  const replied = code === null ? `no reply${ended}` : `reply ${code}${ended}`;
  switch (way) {
    case "sni-known":
    case "sni-unknown":
    case "no-sni":
    case "ecdsa-only":
    case "rsa-only":
    case "lower-case":
      if (!tls) return { outcome: "no-tls", told: `no TLS${ended}` };
      return matched.length > 0
        ? { outcome: "matched", told: `${tls.version}; ${matched[0]}` }
        : {
            outcome: "unmatched",
            told: `${tls.version}; the chain shown matches none of ${records.length} records`,
          };
    case "starttls-again":
      if (!tls) return { outcome: "no-tls", told: `no TLS${ended}` };
      return offeredAgain || isGood(code)
        ? { outcome: "accepted", told: `${offeredAgain ? "offered again" : "not offered again"}, ${replied}` }
        : { outcome: "declined", told: `not offered again, ${replied}` };
    case "injection":
      return isGood(code)
        ? { outcome: "accepted", told: `the command was carried out: ${replied}` }
        : { outcome: "declined", told: `the command was not carried out: ${replied}` };
    case "early-helo":
      if (!tls) return { outcome: "no-tls", told: `no TLS${ended}` };
      return isGood(code)
        ? { outcome: "accepted", told: `a message without a new EHLO: ${replied}` }
        : { outcome: "declined", told: `a message without a new EHLO: ${replied}` };
    case "early-mail":
      if (!tls) return { outcome: "declined", told: `STARTTLS after MAIL: ${replied}` };
      return isGood(code)
        ? { outcome: "accepted", told: `RCPT without a new MAIL: ${replied}` }
        : { outcome: "declined", told: `RCPT without a new MAIL: ${replied}` };
    case "in-clear":
      return isGood(code)
        ? { outcome: "accepted", told: `the message without TLS: ${replied}` }
        : { outcome: "declined", told: `the message without TLS: ${replied}` };
  }
}

export interface ProbeJudgement {
  readonly trials: readonly TrialResult[];
  readonly staleDivergences: readonly string[];
}

/** From what was seen to verdicts. Pure: the same evidence gives the same verdicts. `divergences`: by divergenceKey(). */
export function judgeProbes(
  trials: readonly ProbeTrial[],
  evidence: ReadonlyMap<string, ProbeEvidence>,
  divergences: ReadonlyMap<string, readonly Divergence[]>,
  evidencePath: (trial: string) => string,
): ProbeJudgement {
  const used = new Set<Divergence>();
  const seen = new Set<Divergence>();
  const results = trials.map((trial): TrialResult => {
    const judged = judgeProbe(trial, evidence.get(trial.id));
    const { receiver, scenario } = trial;
    const recorded = (divergences.get(divergenceKey("receiver", receiver.name)) ?? []).filter(
      (one) =>
        one.scenario === scenario.domain.id &&
        (one.versions.length === 0 || one.versions.includes(receiver.version)),
    );
    if (judged.outcome !== null) for (const one of recorded) seen.add(one);
    const known =
      judged.verdict === "fail" ? recorded.find(({ outcome }) => outcome === judged.outcome) : undefined;
    if (known) used.add(known);
    return {
      id: trial.id,
      scenario: scenario.domain.id,
      sender: "danelab",
      resolver: programId(receiver),
      policy: "probe",
      role: "main",
      canary: null,
      of: null,
      level: "must",
      expected: [wayFacts[scenario.way].permitted],
      leaked: false,
      divergence: null,
      domain: trial.domain,
      ms: evidence.get(trial.id)?.record?.ms ?? 0,
      evidence: evidencePath(trial.id),
      ...judged,
      ...(known
        ? {
            verdict: "known" as const,
            reasons: [`known: ${known.reason}`, ...judged.reasons],
            divergence: {
              severity: known.severity,
              reason: known.reason,
              evidence: known.evidence,
              link: known.link,
            },
          }
        : {}),
    };
  });
  return {
    trials: results,
    staleDivergences: [...seen]
      .filter((one) => !used.has(one))
      .map(({ scenario, outcome, reason }) => `${scenario}: ${outcome}: ${reason}`),
  };
}

function judgeProbe(
  { scenario: { way }, unsupported }: ProbeTrial,
  evidence: ProbeEvidence | undefined,
): Pick<StepResult, "outcome" | "verdict" | "reasons" | "claimed"> {
  if (unsupported !== null)
    return { outcome: null, verdict: "unsupported", reasons: [unsupported], claimed: null };
  const errors = evidence ? evidence.errors : ["no evidence: the run ended before this trial did"];
  if (!evidence || errors.length > 0)
    return { outcome: null, verdict: "error", reasons: [...errors], claimed: null };
  const { permitted, title } = wayFacts[way];
  const { outcome, told } = observeProbe(way, evidence);
  if (outcome === null) return { outcome, verdict: "error", reasons: [told], claimed: null };
  return outcome === permitted
    ? { outcome, verdict: "pass", reasons: [`${outcome}, as demanded`], claimed: told }
    : {
        outcome,
        verdict: "fail",
        reasons: [`${title}: ${outcome} (${told}), where the RFC demands ${permitted}`],
        claimed: told,
      };
}
