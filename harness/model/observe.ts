import type { ClaimedAttempt, ResolverAnswer, StepEvidence } from "./evidence.ts";
import type { Session } from "./farm.ts";
import { type Outcome, type Policy, senderPolicyOf } from "./scenario.ts";

/** What the witnesses together say happened in one trial, before anything is expected of it. Pure. */
export interface Observation {
  /** null: the witnesses do not tell. */
  readonly outcome: Outcome | null;
  /** Contradictions between the sender's log and what was seen: each is a failure of the sender. */
  readonly disagreements: readonly string[];
  /** Who got the canary that should not have. */
  readonly leaks: { readonly onTheWire: boolean; readonly toTheAttacker: boolean };
  /** Why nothing can be said: each makes the verdict `error`. */
  readonly errors: readonly string[];
  /** Where the resolver did not answer as the zones demand: `error` too, as nothing can be asked of the sender then. */
  readonly resolverFaults: readonly string[];
  readonly claimed: string | null;
}

function describeClaim({ status, tls, reason, text }: ClaimedAttempt): string {
  const channel = tls === "none" ? "no TLS" : tls === "unknown" ? "TLS not told" : `TLS ${tls}`;
  return status === "sent" ? `sent, ${channel}` : `${status} (${reason ?? "other"}: ${text})`;
}

/** Whoever stands at the MX address: the attacker if there is one, else the receiver. */
function delivery(sessions: readonly Session[], canary: string): Session | undefined {
  const got = sessions.filter((session) => session.accepted && session.canary === canary);
  return got.find(({ witness }) => witness === "attacker") ?? got[0];
}

/** Only policies that do DANE can authenticate by DANE: under `verify`, "Verified" means PKIX. */
function claimsDane(policy: Policy, last: ClaimedAttempt): boolean {
  const sender = senderPolicyOf(policy);
  return (sender === "dane" || sender === "dane-only") && last.tls === "verified";
}

export function observe(evidence: StepEvidence, policy: Policy): Observation {
  const { sessions, mail } = evidence;
  const last = evidence.attempts.at(-1);
  const delivered = delivery(sessions, mail.canary);
  const errors = [...evidence.errors];
  const resolverFaults: string[] = [];
  const disagreements: string[] = [];
  const leaks = {
    onTheWire: sessions.some((session) => session.canary === mail.canary && session.canaryInClear),
    toTheAttacker: sessions.some(
      (session) => session.canary === mail.canary && session.witness === "attacker",
    ),
  };

  for (const answer of evidence.dns) {
    const mismatch = resolverMismatch(answer);
    if (mismatch)
      resolverFaults.push(
        `the resolver's answer to ${answer.name} ${answer.type} is not what the zone demands: ${mismatch}`,
      );
  }

  if (!last) {
    if (errors.length + resolverFaults.length === 0) errors.push("the sender's log tells no outcome");
    return { outcome: null, disagreements, leaks, errors, resolverFaults, claimed: null };
  }

  if (last.status === "sent" && !delivered)
    disagreements.push("the log says sent, but no receiver accepted the message");
  if (last.status !== "sent" && delivered) {
    disagreements.push(`the log says ${last.status}, but ${delivered.host} accepted the message`);
  }
  if (last.status === "deferred" && evidence.queued === false) {
    disagreements.push("the log says deferred, but the message is not in the queue");
  }
  if (last.status !== "deferred" && evidence.queued === true) {
    disagreements.push(`the log says ${last.status}, but the message is still in the queue`);
  }
  if (last.status === "sent" && delivered) {
    const saysTls = last.tls !== "none";
    if (last.tls !== "unknown" && saysTls !== (delivered.tls !== null)) {
      disagreements.push(
        saysTls
          ? `the log claims a TLS connection (${last.tls}), but ${delivered.host} received the message in clear text`
          : `the log claims no TLS, but ${delivered.host} received the message over ${delivered.tls?.version}`,
      );
    }
    if (delivered.canaryInClear && delivered.tls !== null) {
      disagreements.push(`${delivered.host} saw the message in clear text in a session with TLS`);
    }
  }

  const outcome = ((): Outcome => {
    if (!delivered) return last.status === "bounced" ? "bounced" : "deferred";
    if (delivered.tls === null || delivered.canaryInClear) return "cleartext";
    return last.status === "sent" && claimsDane(policy, last) ? "authenticated" : "encrypted";
  })();
  return { outcome, disagreements, leaks, errors, resolverFaults, claimed: describeClaim(last) };
}

/** What is wrong with a resolver's answer, in words; null: it is what the zone demands. */
export function resolverMismatch({
  rcode,
  authenticated,
  answers,
  error,
  expected,
}: ResolverAnswer): string | null {
  const empty = answers.length === 0;
  // Where a name server keeps silent, a resolver may too: to a sender it is the same. One that is dead shows in secure answers.
  if (rcode === null) return expected.status === "bogus" ? null : (error ?? "no answer");
  if (expected.status === "any") return null;
  if (expected.status === "bogus")
    return rcode === "SERVFAIL" ? null : `${rcode} where SERVFAIL was expected (bogus)`;
  if (rcode !== "NOERROR" && rcode !== "NXDOMAIN")
    return `${rcode} where an answer was expected (${expected.status})`;
  if (authenticated !== (expected.status === "secure")) {
    return `AD is ${authenticated ? "set" : "not set"} where the answer is ${expected.status}`;
  }
  if (empty !== expected.empty)
    return empty ? "no records where there are some" : "records where there are none";
  return null;
}
