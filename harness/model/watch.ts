import { type SenderQuestion, type StepEvidence, securityReasons } from "./evidence.ts";
import type { Observation } from "./observe.ts";
import type { Watch } from "./scenario.ts";

/** What a scenario looks at besides the outcome (RFC sections at `watches` in scenario.ts). Pure. */

/** Each demand that was not met, in words. */
export function unmet(watch: Watch, evidence: StepEvidence, { outcome }: Observation): readonly string[] {
  const last = evidence.attempts.at(-1);
  switch (watch) {
    case "addresses-before-tlsa":
      return withQuestions(evidence, addressesBeforeTlsa);
    case "no-tlsa-query":
      return withQuestions(evidence, (questions) => {
        const asked = questions.find(({ type }) => type === "TLSA");
        return asked ? [`TLSA of ${asked.name} was asked for, where it should not be`] : [];
      });
    case "no-envelope": {
      if (outcome !== "deferred" && outcome !== "bounced") return [];
      const told = evidence.sessions.flatMap(({ host, commands }) =>
        commands.some(({ line }) => /^MAIL FROM:/i.test(line)) ? [host] : [],
      );
      return told.map((host) => `the envelope was sent to ${host}, which was not authenticated`);
    }
    case "reason-names-cause":
      if (!last || last.status === "sent" || securityReasons.some((reason) => reason === last.reason))
        return [];
      return [`the log's reason does not name DANE, DNSSEC, TLS or the certificate: ${last.text}`];
    case "dsn-security":
      if (!last || last.status === "sent" || last.dsn === null || /^\d\.7\./.test(last.dsn)) return [];
      return [`the status code is ${last.dsn}, which does not speak of security`];
    case "not-claimed-secure":
      return last?.tls === "verified" ? ["the log claims an authenticated delivery"] : [];
    case "sni-per-host": {
      const shaken = evidence.sessions.filter(({ tls, sni }) => tls !== null || sni !== null);
      return shaken.flatMap(({ host, sni }) =>
        sni === host ? [] : [`SNI to ${host} was ${sni ?? "not sent"}`],
      );
    }
    case "log-tells-channel": {
      const said = last?.tls ?? "unknown";
      const tells =
        outcome === "cleartext" ? said === "none" : outcome === "encrypted" ? said !== "none" : true;
      return tells && said !== "unknown" ? [] : [`the log does not tell how the message went (${said})`];
    }
    default:
      return watch satisfies never;
  }
}

/** Whether it takes a resolver that logs what it is asked to see that the demand is met. */
export function needsQuestions(watch: Watch): boolean {
  return watch === "addresses-before-tlsa" || watch === "no-tlsa-query";
}

function withQuestions(
  { questions }: StepEvidence,
  look: (questions: readonly SenderQuestion[]) => readonly string[],
): readonly string[] {
  // A resolver that does not log what it is asked is no witness.
  return questions === null ? [] : look(questions);
}

/** RFC 7672 2.2.2: the address lookup comes first, as its security tells whether TLSA is to be asked for at all. */
function addressesBeforeTlsa(questions: readonly SenderQuestion[]): readonly string[] {
  return questions.flatMap(({ name, type }, index) => {
    const base = /^_\d+\._tcp\.(.+)$/.exec(name)?.[1];
    if (type !== "TLSA" || base === undefined) return [];
    const before = questions.slice(0, index);
    const known = before.some((one) => one.name === base && (one.type === "A" || one.type === "AAAA"));
    return known ? [] : [`TLSA of ${name} was asked for before the addresses of ${base}`];
  });
}
