import { isWithin, parentOf } from "../dns/name.ts";
import { typeNumber } from "../dns/record.ts";
import type { DnsStatus } from "../model/evidence.ts";
import type { RelayRule } from "../model/farm.ts";
import type { AnswerAction, AnswerRule } from "../model/scenario.ts";

/** What name servers do with questions instead of answering them: for the farm's DNS relay, and what a resolver makes of it. */

/** `absolute`: from the names in the rules to FQDNs. */
export function relayRules(
  answers: readonly AnswerRule[],
  absolute: (name: string) => string,
  /** Address of the name server that has what is forged. */
  forger: string | null = null,
): readonly RelayRule[] {
  return answers.map(({ does, type, name, times }) => ({
    does,
    ...(forger !== null && (does === "forge" || does === "forge-ad") ? { forward: forger } : {}),
    ...(type === undefined ? {} : { type: typeNumber(type) }),
    ...(name === undefined ? {} : { name: absolute(name).toLowerCase() }),
    ...(times === undefined ? {} : { times }),
  }));
}

/**
 * fails: no answer that a resolver could use, wherever it asks for it: SERVFAIL. denied: an absence without proof. as-is:
 * whoever validates finds the same. open: depends on the resolver.
 */
const effects: Readonly<Record<AnswerAction, "fails" | "denied" | "as-is" | "open">> = {
  drop: "fails",
  servfail: "fails",
  refused: "fails",
  notimp: "fails",
  formerr: "fails",
  truncate: "fails",
  garbage: "fails",
  unreachable: "fails",
  // Without signatures one resolver takes it for an absence, the other for nonsense.
  "wrong-type": "denied",
  nodata: "denied",
  nxdomain: "denied",
  "nxdomain-as-servfail": "open",
  // No signatures.
  "no-edns": "denied",
  "other-case": "as-is",
  "clear-ad": "as-is",
  "no-validation": "as-is",
  "claims-validation": "as-is",
  // A replay may be as good as the truth.
  forge: "open",
  "forge-ad": "open",
};

/**
 * What a validating resolver finds that asks the zone's own server, where the true answer has the status `unstruck`; SERVFAIL
 * for lack of an answer is the same as for bogus ones.
 */
export function struckStatus(
  rules: readonly RelayRule[],
  { origin, name, type }: { readonly origin: string; readonly name: string; readonly type: string },
  unstruck: DnsStatus,
): DnsStatus {
  const low = name.toLowerCase();
  const strikes = (rule: RelayRule, owner: string, ...types: readonly string[]): boolean =>
    (rule.name === undefined || rule.name === owner) &&
    (rule.type === undefined || types.some((one) => typeNumber(one) === rule.type));
  const rule = rules.find((one) => strikes(one, low, type));
  const effect =
    rule === undefined || rule.does === "records"
      ? "as-is"
      : rule.times === undefined
        ? effects[rule.does]
        : "open";
  if (effect === "fails") return "bogus";
  if (effect === "open") return "any";
  if (effect === "denied") return unstruck === "secure" || unstruck === "bogus" ? "bogus" : "any";
  // Resolvers that go down label by label (RFC 9156) ask for these on their way.
  for (let at = parentOf(low); isWithin(at, origin) && at !== origin.toLowerCase(); at = parentOf(at)) {
    if (
      rules.some(
        (one) => one.does !== "records" && effects[one.does] !== "as-is" && strikes(one, at, "A", "NS"),
      )
    )
      return "any";
  }
  return unstruck;
}
