import { fitsInDns } from "../dns/name.ts";
import type { DnsQuestion } from "../model/farm.ts";
import type { CompiledDomain } from "./domain.ts";

/** What a sender will ask, or may: the answers tell whether the resolver sees the domain as the scenario means it. */
export function questionsOf({
  domain,
  names: { recipient, mxTarget, tlsaOwner, absolute },
  drafts,
}: Pick<CompiledDomain, "domain" | "names" | "drafts">): readonly DnsQuestion[] {
  const questions = new Map<string, DnsQuestion>();
  const ask = (name: string, type: DnsQuestion["type"]): void => {
    if (fitsInDns(name)) questions.set(`${name.toLowerCase()} ${type}`, { name, type });
  };
  const { route } = domain.scenario;
  ask(route?.mx ? absolute(route.to, "@") : recipient, "MX");
  for (const host of domain.scenario.mx) {
    ask(mxTarget(host), "A");
    ask(mxTarget(host), "AAAA");
    ask(tlsaOwner(host, "host"), "TLSA");
    if (host.alias) ask(tlsaOwner(host, "alias"), "TLSA");
  }
  // RFC 7672 2.2.2: an alias by itself tells the state of its link.
  for (const { records } of drafts) {
    for (const { name, type } of records) if (type === "CNAME") ask(name, "CNAME");
  }
  return [...questions.values()];
}
