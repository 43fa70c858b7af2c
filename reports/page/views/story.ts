import type { ClaimedAttempt, Evidence, Reason, StepEvidence } from "../../../harness/model/evidence.ts";
import type { StepResult, TrialResult } from "../../../harness/model/results.ts";
import { isMailPolicy } from "../../../harness/model/verdict.ts";
import { implementationName } from "../../shared/names.ts";
import { outcomeMeanings, policyMeanings } from "../../shared/signs.ts";
import { asMail } from "./kinds.ts";

/**
 * The trial in one sentence: "Postfix 3.10 refused to deliver: STARTTLS was stripped although the domain publishes a TLSA record
 * that it can believe." What it says of causes comes from the witnesses, not from what the scenario meant to show.
 */
export function storyOf(trial: TrialResult, evidence: unknown): string {
  if (trial.verdict === "unsupported")
    return `${implementationName(trial.policy === "probe" ? trial.resolver : trial.sender)} was not tried: ${trial.reasons[0] ?? "it lacks the feature"}.`;
  if (trial.policy === "lookup") return lookupStory(trial);
  if (trial.policy === "verification") return verificationStory(trial);
  if (trial.policy === "probe") return probeStory(trial);
  if (!isMailPolicy(trial.policy)) return lookupStory(trial);
  const seen = asMail(evidence);
  const who = implementationName(trial.sender);
  const told = trial.steps ?? [trial];
  const steps: readonly StepEvidence[] = seen ? [seen, ...seen.steps] : [];
  return told
    .map((step, index) => {
      const sentence = stepStory(step, trial, steps[index], seen?.reach);
      return "title" in step && index > 0 ? `Then (${step.title}) it ${sentence}.` : `${who} ${sentence}.`;
    })
    .join(" ");
}

type Told = Pick<StepResult, "outcome" | "reasons">;

function stepStory(
  { outcome }: Told,
  trial: TrialResult,
  seen: StepEvidence | undefined,
  reach: Evidence["reach"],
): string {
  const cause = seen ? causeOf(outcome, trial, seen, reach) : null;
  const lost = seen && readByAttacker(seen) ? "; the attacker read the message" : "";
  return `${deedOf(outcome)}${cause === null ? "" : `: ${cause}`}${lost}`;
}

function deedOf(outcome: Told["outcome"]): string {
  switch (outcome) {
    case "authenticated":
      return "delivered over TLS to a server that DANE authenticated";
    case "encrypted":
      return "delivered over TLS to a server that nothing authenticated";
    case "cleartext":
      return "delivered in clear text";
    case "deferred":
      return "refused to deliver";
    case "bounced":
      return "gave the message up for good";
    case null:
      return "sent a message, and what became of it could not be told";
    default:
      return `answered: ${outcomeMeanings[outcome]}`;
  }
}

function causeOf(
  outcome: Told["outcome"],
  { policy }: TrialResult,
  seen: StepEvidence,
  reach: Evidence["reach"],
): string | null {
  const published = tlsaPublished(seen, reach);
  const byDane = policy === "dane" || policy === "dane-only";
  if (outcome === "authenticated") return "the certificate matches a TLSA record of the domain";
  if (outcome === "encrypted" || outcome === "cleartext") {
    const open = outcome === "cleartext" ? openDoor(seen) : null;
    if (!byDane)
      return joined(open, `policy ${policy}, ${policyMeanings[policy].replace(/,? [^,]*control$/, "")}`);
    return joined(open, published ? null : noTlsa(seen));
  }
  const attempt = seen.attempts.at(-1);
  if (!attempt || attempt.reason === null) return attempt?.text ?? null;
  const although = published && thwarted.includes(attempt.reason) ? ` although ${published}` : "";
  return `${reasonTold(attempt, seen)}${although}`;
}

function joined(...parts: readonly (string | null)[]): string | null {
  const given = parts.filter((part) => part !== null);
  return given.length === 0 ? null : given.join("; ");
}

/** Reasons that show that the records of the domain were not heard, or the server not reached as they say. */
const thwarted: readonly Reason[] = ["starttls-not-offered", "starttls-refused", "handshake-failed"];

function reasonTold({ reason, text }: ClaimedAttempt, seen: StepEvidence): string {
  const attacked = seen.sessions.some(({ witness }) => witness === "attacker");
  const theirs = attacked ? "the attacker's" : "the server's";
  const failed = (type: string): string => failedLookup(seen, type);
  switch (reason) {
    case "starttls-not-offered":
      return openDoor(seen) ?? "STARTTLS was not offered";
    case "starttls-refused":
      return attacked ? "an attacker refused STARTTLS" : "the server refused STARTTLS";
    case "handshake-failed":
      return attacked ? "an attacker broke the TLS handshake" : "the TLS handshake failed";
    case "certificate-does-not-match":
      return `${theirs} certificate matches no TLSA record`;
    case "name-mismatch":
      return `${theirs} certificate is for another name`;
    case "certificate-expired":
      return `${theirs} certificate has expired`;
    case "tlsa-lookup-failed":
      return `the TLSA lookup failed${failed("TLSA")}`;
    case "mx-lookup-failed":
      return `the MX lookup failed${failed("MX")}`;
    case "address-lookup-failed":
      return `the address lookup failed${failed("A")}`;
    case "no-tlsa":
      return "there is no TLSA record to authenticate the server by";
    case "tlsa-unusable":
      return "no TLSA record is usable";
    case "not-secure":
      return "what DNS says is not secure";
    case "domain-not-found":
      return "the domain does not exist";
    case "null-mx":
      return "the domain takes no mail (null MX)";
    case "connection-failed":
      return attacked ? "an attacker let no connection through" : "no server could be reached";
    case "server-refused":
      return "the server refused the message";
    case "crashed":
      return "a process of it died";
    default:
      return text;
  }
}

function failedLookup({ dns }: StepEvidence, type: string): string {
  const answer = dns.find((one) => one.type === type && one.rcode !== "NOERROR" && one.rcode !== "NXDOMAIN");
  if (!answer) return "";
  return answer.rcode === null ? " (no answer)" : ` (${answer.rcode})`;
}

/** How the session came to have no TLS. */
function openDoor({ sessions }: StepEvidence): string | null {
  const offers = (witness: "receiver" | "attacker"): boolean =>
    sessions.some(
      (one) => one.witness === witness && one.transcript.some((line) => /^S: 250[ -]STARTTLS/.test(line)),
    );
  const met = sessions.some(({ witness }) => witness === "attacker");
  if (met && !offers("attacker")) return "STARTTLS was stripped";
  if (sessions.length > 0 && !offers("receiver") && !met) return "the server offers no STARTTLS";
  return null;
}

/** "the domain publishes a usable TLSA record" */
function tlsaPublished({ dns }: StepEvidence, reach: Evidence["reach"]): string | null {
  if (reach === "network") return null;
  const found = dns.find(
    ({ type, authenticated, answers }) => type === "TLSA" && authenticated && answers.length > 0,
  );
  return found ? "the domain publishes a TLSA record that DNSSEC secures" : null;
}

function noTlsa({ dns }: StepEvidence): string | null {
  const asked = dns.filter(({ type }) => type === "TLSA");
  if (asked.length === 0) return null;
  return asked.some(({ answers }) => answers.length > 0)
    ? "its TLSA records are not secured by DNSSEC"
    : "the domain publishes no TLSA record for this server";
}

function readByAttacker({ sessions, mail }: StepEvidence): boolean {
  return sessions.some(({ witness, canary }) => witness === "attacker" && canary === mail.canary);
}

function verificationStory({ sender, outcome, claimed }: TrialResult): string {
  const who = implementationName(sender);
  if (outcome === null) return `${who} looked at the MX host, and what it makes of it could not be told.`;
  return `${who} looked at the MX host: ${outcomeMeanings[outcome]}${claimed ? ` (${claimed})` : ""}.`;
}

function lookupStory({ resolver, outcome, steps, claimed }: TrialResult): string {
  const who = implementationName(resolver);
  const told = steps ?? [];
  const outcomes = [...new Set(told.map((step) => step.outcome))];
  if (outcome === null) return `${who} was asked, and what it answers could not be told.`;
  if (outcomes.length === 1 || told.length === 0)
    return `${who} gave ${answerTold(outcome)}${told.length > 1 ? ", however it was asked" : ""}${claimed ? ` (${claimed})` : ""}.`;
  return `${who} gave ${told.map((step) => `${step.outcome ? answerTold(step.outcome) : "what could not be told"} when ${step.title}`).join(", ")}.`;
}

/** "Exim 4.98 was tried: accepted, which the RFCs forbid here (offered again, reply 220)." */
function probeStory({ resolver, outcome, claimed, expected }: TrialResult): string {
  const who = implementationName(resolver);
  if (outcome === null) return `${who} was tried, and what it does could not be told.`;
  const foreseen = expected.includes(outcome)
    ? "as it must be"
    : `where the RFC demands ${expected.join(" or ")}`;
  return `${who} was tried: ${outcome}, ${foreseen}${claimed ? ` (${claimed})` : ""}.`;
}

const answers: Readonly<Record<string, string>> = {
  secure: "the right answer with AD",
  insecure: "the right answer without AD",
  bogus: "SERVFAIL",
  refused: "another RCODE of failure",
  silent: "no answer in time",
  wrong: "another answer than the zone's",
};

function answerTold(outcome: NonNullable<TrialResult["outcome"]>): string {
  return answers[outcome] ?? outcome;
}
