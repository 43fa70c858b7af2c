import type { ClaimedAttempt, Evidence, StepEvidence } from "./evidence.ts";
import { policies } from "./scenario.ts";

/** What of a trial's evidence is the same in every run, as long as the programs do the same. */
export interface Seen {
  /** What the sender's log says of the last attempt: how many came before it hangs on the clock. */
  readonly claim: string;
  readonly statusCode: string;
  /** Of the sessions that came as far as TLS. */
  readonly tlsVersions: string;
}

/** @param words whether the log's own words and codes count: two programs never say the same */
export function seenOf(evidence: Evidence, words: boolean): Seen {
  const steps: readonly StepEvidence[] = [evidence, ...evidence.steps];
  const each = (say: (step: StepEvidence) => string): string => steps.map(say).join(", then ");
  return {
    claim: each(({ attempts }) => claimText(attempts.at(-1), words)),
    statusCode: each(({ attempts }) => (words && attempts.at(-1)?.dsn) || "none"),
    tlsVersions: each(({ sessions }) => {
      const versions = sessions.flatMap(({ tls }) => (tls ? [tls.version] : []));
      return [...new Set(versions)].sort().join(" and ") || "none";
    }),
  };
}

function claimText(attempt: ClaimedAttempt | undefined, words: boolean): string {
  if (!attempt) return "no outcome";
  const { status, tls, reason, text } = attempt;
  const why = status === "sent" ? "" : ` (${reason ?? "other"}${words ? `: ${comparableText(text)}` : ""})`;
  return `${status}, TLS ${tls}${why}`;
}

/** Of a recipient domain: "dane", "dane-only-twin-2". */
const policyLabel = new RegExp(`\\.(?:${policies.join("|")})(?:-[a-z]+)*(?:-\\d+)?(?=\\.example\\b)`, "g");

/**
 * The text without what is another one in each run: addresses, a client's ports, numbers of messages, digests, times,
 * trial ids, the policy in a domain's name.
 */
export function comparableText(text: string): string {
  return (
    text
      .replace(/\b([\w.-]+)\/[\w.-]+@[\w.-]+\+[\w.-]+@[\w.-]+\//g, "$1/")
      .replace(/\[?\b198\.1[89]\.\d{1,3}\.\d{1,3}\b\]?/g, "[address]")
      .replace(/\[?\b2001:db8(:[\da-f]{0,4})+\]?/gi, "[address]")
      .replace(/\[address\]:\d{4,5}\b/g, "[address]")
      .replace(policyLabel, "")
      .replace(/\b[tu]\d+@/g, (mailbox) => `${mailbox[0]}@`)
      .replace(/\bcanary-[\da-f]+-\d+/g, "canary")
      // Digests, cut or whole, and the numbers of OpenSSL's threads.
      .replace(/\b[\da-f]{12,}\b/gi, "…")
      .replace(/\b\d+([.,]\d+)? ?(ms|s|seconds)\b/g, "some time")
  );
}
