import { createHash } from "node:crypto";
import type { ClaimedAttempt, Evidence } from "../../harness/model/evidence.ts";
import type { Session } from "../../harness/model/farm.ts";
import type { TrialResult } from "../../harness/model/results.ts";
import { type Outcome, outcomes } from "../../harness/model/scenario.ts";

/** Evidence that agrees with a trial's outcome, as real programs would have left it. */

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

const start = Date.UTC(2026, 10, 24, 8, 18, 4);

export function sampleEvidence(trial: TrialResult, attack: boolean): Evidence {
  const domain = `${trial.scenario}.${trial.policy}.example`;
  const host = `mx.${domain}`;
  const canary = digest(trial.id).slice(0, 24);
  const queueId = digest(`queue ${trial.id}`).slice(0, 11).toUpperCase();
  const from = `${canary.slice(0, 8)}@${trial.policy}.sender.example`;
  const to = `u@${domain}`;
  const outcome = outcomes.find((one) => one === trial.outcome) ?? "deferred";
  const sessions = sessionsOf({ trial, domain, host, canary, from, to, outcome, attack });
  const attempt = claimOf(trial, outcome, host);
  return {
    trial: trial.id,
    mail: { from, to, canary, queueId },
    attempts: trial.verdict === "error" ? [] : [attempt],
    log: logOf(queueId, from, to, host, attempt),
    sessions,
    dns: [
      answer(domain, "MX", [`${domain}. 60 IN MX 10 ${host}.`]),
      answer(host, "A", [`${host}. 60 IN A 198.18.20.17`]),
      answer(host, "AAAA", [`${host}. 60 IN AAAA 2001:db8:20::17`]),
      trial.scenario.startsWith("dnssec-")
        ? {
            ...answer(`_25._tcp.${host}`, "TLSA", []),
            rcode: trial.verdict === "error" ? "NOERROR" : "SERVFAIL",
            authenticated: false,
            expected: { status: "bogus", empty: true },
          }
        : answer(`_25._tcp.${host}`, "TLSA", [
            `_25._tcp.${host}. 60 IN TLSA 3 1 1 ${digest(`key ${trial.scenario}`)}`,
          ]),
    ],
    queued: outcome === "deferred",
    ms: trial.ms,
    questions: null,
    errors: trial.verdict === "error" ? trial.reasons : [],
    steps: [],
    packets: attack ? trial.evidence.replace(/json$/, "pcapng.gz") : null,
  };
}

function answer(name: string, type: string, answers: readonly string[]): Evidence["dns"][number] {
  return {
    name: `${name}.`,
    type,
    rcode: "NOERROR",
    authenticated: true,
    answers,
    error: null,
    expected: { status: "secure", empty: false },
  };
}

function claimOf({ policy }: TrialResult, outcome: Outcome, host: string): ClaimedAttempt {
  const relay = `${host}[198.18.20.17]:25`;
  switch (outcome) {
    case "authenticated":
      return {
        status: "sent",
        tls: "verified",
        reason: null,
        relay,
        dsn: "2.0.0",
        text: "250 2.0.0 OK: recorded",
      };
    case "encrypted":
      return {
        status: "sent",
        tls: "untrusted",
        reason: null,
        relay,
        dsn: "2.0.0",
        text: "250 2.0.0 OK: recorded",
      };
    case "cleartext":
      return {
        status: "sent",
        tls: "none",
        reason: null,
        relay,
        dsn: "2.0.0",
        text: "250 2.0.0 OK: recorded",
      };
    case "deferred":
      return {
        status: "deferred",
        tls: policy === "may" ? "none" : "untrusted",
        reason: "certificate-does-not-match",
        relay,
        dsn: "4.7.5",
        text: "Server certificate not verified",
      };
    case "bounced":
      return {
        status: "bounced",
        tls: "none",
        reason: "null-mx",
        relay: null,
        dsn: "5.1.10",
        text: "Domain has a null MX",
      };
  }
}

function logOf(
  id: string,
  from: string,
  to: string,
  host: string,
  attempt: ClaimedAttempt,
): readonly string[] {
  const delivered =
    attempt.tls === "none"
      ? []
      : [
          `Nov 24 08:18:04 sender postfix/smtp[412]: ${attempt.tls === "verified" ? "Verified" : "Untrusted"} TLS connection established to ${host}[198.18.20.17]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256`,
        ];
  return [
    `Nov 24 08:18:04 sender postfix/qmgr[97]: ${id}: from=<${from}>, size=512, nrcpt=1 (queue active)`,
    ...delivered,
    `Nov 24 08:18:04 sender postfix/smtp[412]: ${id}: to=<${to}>, relay=${attempt.relay ?? "none"}, delay=0.09, delays=0.01/0.02/0.04/0.02, dsn=${attempt.dsn}, status=${attempt.status} (${attempt.text})`,
  ];
}

interface SessionFacts {
  readonly trial: TrialResult;
  readonly domain: string;
  readonly host: string;
  readonly canary: string;
  readonly from: string;
  readonly to: string;
  readonly outcome: Outcome;
  readonly attack: boolean;
}

function sessionsOf(facts: SessionFacts): readonly Session[] {
  const { trial, outcome, attack } = facts;
  if (trial.scenario.startsWith("dnssec-") && outcome === "deferred") return [];
  const receiver = sessionOf(facts, "receiver");
  return attack ? [sessionOf(facts, "attacker"), receiver] : [receiver];
}

function sessionOf(facts: SessionFacts, witness: Session["witness"]): Session {
  const { trial, domain, host, canary, from, to, outcome } = facts;
  const delivered = outcome === "authenticated" || outcome === "encrypted" || outcome === "cleartext";
  const tls = outcome === "cleartext" ? null : { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };
  const certificate = digest(`${witness} certificate ${trial.scenario}`);
  const shaken = tls
    ? [
        "C: STARTTLS",
        "S: 220 2.0.0 Ready to start TLS",
        `-- TLS established: ${tls.version}, ${tls.cipher}, SNI ${host}`,
        "C: EHLO sender.example",
        "S: 250-SIZE 10485760",
        "S: 250 8BITMIME",
      ]
    : [];
  const mail = delivered
    ? [
        `C: MAIL FROM:<${from}>`,
        "S: 250 2.1.0 OK",
        `C: RCPT TO:<${to}>`,
        "S: 250 2.1.5 OK",
        "C: DATA",
        "S: 354 End data with <CR><LF>.<CR><LF>",
        "-- message of 512 octets",
        "S: 250 2.0.0 OK: recorded",
        "C: QUIT",
        "S: 221 2.0.0 Bye",
      ]
    : ["-- the client closed the connection"];
  const transcript = [
    `S: 220 ${host} ESMTP`,
    "C: EHLO sender.example",
    `S: 250-${host}`,
    ...(tls ? ["S: 250-STARTTLS"] : []),
    "S: 250 8BITMIME",
    ...shaken,
    ...mail,
  ];
  return {
    id: `${witness}-${digest(trial.id).slice(0, 6)}`,
    domain,
    host,
    port: 25,
    witness,
    localAddress: "198.18.20.17",
    remoteAddress: "198.18.1.10",
    start: start + (witness === "attacker" ? 0 : 6),
    end: start + 84,
    commands: transcript
      .filter((line) => line.startsWith("C: "))
      .map((line) => ({ line: line.slice(3), tls: tls !== null && line !== "C: STARTTLS" })),
    tls,
    reused: false,
    resumed: false,
    clientCertificate: null,
    tlsError: null,
    sni: tls ? host : null,
    certificate: tls ? certificate : null,
    mailFrom: delivered ? from : null,
    rcptTo: delivered ? [to] : [],
    accepted: delivered,
    canary: delivered ? canary : null,
    canaryInClear: outcome === "cleartext",
    transcript,
  };
}
