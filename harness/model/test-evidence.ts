import type { ClaimedAttempt, Evidence, ResolverAnswer, StepEvidence } from "./evidence.ts";
import type { Session } from "./farm.ts";

/** Evidence for tests: what is usual, and each test says what is not. */

export const canary = "canary-1";
export const host = "mx.x.dane.example";

export function attempt(
  status: ClaimedAttempt["status"],
  rest: Partial<ClaimedAttempt> = {},
): ClaimedAttempt {
  return {
    status,
    tls: "none",
    reason: status === "sent" ? null : "other",
    relay: `${host}[198.18.20.1]`,
    dsn: null,
    text: `${status} as told`,
    ...rest,
  };
}

/** A session over TLS in which the receiver accepted the message. */
export function session(rest: Partial<Session> = {}): Session {
  return {
    id: "s1",
    domain: "x.dane",
    host,
    port: 25,
    witness: "receiver",
    localAddress: "198.18.20.1",
    remoteAddress: "198.18.16.10",
    start: 1,
    end: 2,
    commands: [],
    tls: { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" },
    reused: false,
    resumed: false,
    clientCertificate: null,
    tlsError: null,
    sni: host,
    certificate: null,
    mailFrom: "t1@dane.sender.example",
    rcptTo: ["u1@x.dane.example"],
    accepted: true,
    canary,
    canaryInClear: false,
    transcript: [],
    ...rest,
  };
}

/** A session in which the message was accepted in clear text. */
export function clearSession(rest: Partial<Session> = {}): Session {
  return session({ tls: null, sni: null, canaryInClear: true, ...rest });
}

/** A session that ended before the message. */
export function emptySession(rest: Partial<Session> = {}): Session {
  return session({ mailFrom: null, rcptTo: [], accepted: false, canary: null, ...rest });
}

export function answer(
  expected: ResolverAnswer["expected"],
  rest: Partial<Omit<ResolverAnswer, "expected">> = {},
): ResolverAnswer {
  return {
    name: "x.dane.example.",
    type: "MX",
    rcode: "NOERROR",
    authenticated: expected.status === "secure",
    answers: expected.empty ? [] : [`x.dane.example. 60 IN MX 10 ${host}.`],
    error: null,
    expected,
    ...rest,
  };
}

export function stepEvidence(rest: Partial<StepEvidence> = {}): StepEvidence {
  return {
    mail: { from: "t1@dane.sender.example", to: "u1@x.dane.example", canary, queueId: "4F2A" },
    attempts: [],
    log: [],
    sessions: [],
    questions: null,
    dns: [answer({ status: "secure", empty: false })],
    queued: null,
    ms: 100,
    errors: [],
    ...rest,
  };
}

export function evidence(trial: string, step: StepEvidence, ...later: readonly StepEvidence[]): Evidence {
  return { trial, ...step, steps: later, packets: null };
}

/** What each outcome looks like to witnesses that agree. */
export const seen = {
  authenticated: stepEvidence({
    attempts: [attempt("sent", { tls: "verified" })],
    sessions: [session()],
    queued: false,
  }),
  encrypted: stepEvidence({
    attempts: [attempt("sent", { tls: "untrusted" })],
    sessions: [session()],
    queued: false,
  }),
  cleartext: stepEvidence({ attempts: [attempt("sent")], sessions: [clearSession()], queued: false }),
  deferred: stepEvidence({
    attempts: [attempt("deferred", { tls: "untrusted", reason: "certificate-does-not-match" })],
    sessions: [emptySession()],
    queued: true,
  }),
  bounced: stepEvidence({
    attempts: [attempt("bounced", { relay: null, reason: "null-mx" })],
    queued: false,
  }),
} as const;
