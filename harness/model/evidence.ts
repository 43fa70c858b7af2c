import type { Session } from "./farm.ts";
import type { Reach } from "./plan.ts";

/** What a sender's log says of one delivery attempt, in the words of its driver's log reader. */
export interface ClaimedAttempt {
  readonly status: "sent" | "deferred" | "bounced";
  /**
   * verified: the log claims an authenticated server; trusted: a chain to a local trust anchor, not verified against
   * policy; untrusted and anonymous: TLS without authentication; none: no TLS; unknown: the log does not say.
   */
  readonly tls: "verified" | "trusted" | "untrusted" | "anonymous" | "none" | "unknown";
  readonly reason: Reason | null;
  /** The server's name and address, where one was reached. */
  readonly relay: string | null;
  readonly dsn: string | null;
  /** The log's own words after the status. */
  readonly text: string;
}

/** Reasons that tell an operator that DANE, DNSSEC or TLS stopped the mail, and which of them. */
export const securityReasons = [
  "certificate-does-not-match",
  "name-mismatch",
  "certificate-expired",
  "starttls-not-offered",
  "starttls-refused",
  "handshake-failed",
  "tlsa-lookup-failed",
  "mx-lookup-failed",
  "address-lookup-failed",
  "no-tlsa",
  "tlsa-unusable",
  "not-secure",
] as const;

/** One vocabulary for why senders do not deliver. */
export const reasons = [
  ...securityReasons,
  "domain-not-found",
  "null-mx",
  "connection-failed",
  "server-refused",
  /** A process of the sender died. */
  "crashed",
  "other",
] as const;
export type Reason = (typeof reasons)[number];

/** What the validating resolver of the stack answered to one question of the harness. */
export interface ResolverAnswer {
  readonly name: string;
  readonly type: string;
  /** "NOERROR", "NXDOMAIN", "SERVFAIL", ...; null: no answer. */
  readonly rcode: string | null;
  /** AD bit. */
  readonly authenticated: boolean;
  /** Records in presentation form: "mx.x.example. 60 IN A 198.18.20.1". */
  readonly answers: readonly string[];
  readonly error: string | null;
  /** What the world expected of it. */
  readonly expected: { readonly status: DnsStatus; readonly empty: boolean };
}

/** RFC 4035 4.3. `any`: depends on what the resolver supports. */
export type DnsStatus = "secure" | "insecure" | "bogus" | "any";

/** A question that the sender put to its resolver. */
export interface SenderQuestion {
  /** FQDN with final dot, lower case. */
  readonly name: string;
  readonly type: string;
}

/** What the witnesses saw of one message, or of one more attempt at it, in one step of a trial. */
export interface StepEvidence {
  readonly mail: {
    readonly from: string;
    readonly to: string;
    readonly canary: string;
    readonly queueId: string | null;
  };
  /** By attempt, in order. */
  readonly attempts: readonly ClaimedAttempt[];
  /** The sender's log lines about this trial. */
  readonly log: readonly string[];
  readonly sessions: readonly Session[];
  /** In the order that the resolver logged them; null: this resolver does not tell. */
  readonly questions: readonly SenderQuestion[] | null;
  readonly dns: readonly ResolverAnswer[];
  /** Whether the message is still in the sender's queue; null: not known. */
  readonly queued: boolean | null;
  /** Milliseconds from submission to the sender's last verdict. */
  readonly ms: number;
  /** What kept the harness from telling: non-empty means verdict `error`. */
  readonly errors: readonly string[];
}

/** All that the witnesses of one trial saw. The judge knows nothing else. */
export interface Evidence extends StepEvidence {
  readonly trial: string;
  /** network: what stands between sender and resolver may have told the sender other answers than these. */
  readonly reach?: Reach;
  /** Of the steps after the first, in order. */
  readonly steps: readonly StepEvidence[];
  /** Path of its capture file, relative to the results document; null: its packets were not kept. */
  readonly packets: string | null;
}
