import { fitsInDns } from "../dns/name.ts";
import type { DnsQuestion } from "../model/farm.ts";
import type { CompiledDomain } from "./domain.ts";

/** What a sender will ask, or may: the answers tell whether the resolver sees the domain as the scenario means it. */
export function questionsOf({
  domain,
  names: { recipient, mxTarget, tlsaOwner },
}: Pick<CompiledDomain, "domain" | "names">): readonly DnsQuestion[] {
  const questions = new Map<string, DnsQuestion>();
  const ask = (name: string, type: DnsQuestion["type"]): void => {
    if (fitsInDns(name)) questions.set(`${name} ${type}`, { name, type });
  };
  ask(recipient, "MX");
  for (const host of domain.scenario.mx) {
    ask(mxTarget(host), "A");
    ask(mxTarget(host), "AAAA");
    ask(tlsaOwner(host, "host"), "TLSA");
    if (!host.alias) continue;
    ask(tlsaOwner(host, "alias"), "TLSA");
    // RFC 7672 2.2.2: the alias by itself tells the first link's state.
    ask(mxTarget(host), "CNAME");
  }
  return [...questions.values()];
}
