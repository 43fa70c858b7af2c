import type { ResourceRecord } from "../dns/record.ts";
import type { RecipientDomain } from "../model/plan.ts";
import { createPki } from "../pki/pki.ts";
import { checkFile } from "../run/check-scenarios.ts";
import { must, type ScenarioText, scenarios } from "../vocabulary.ts";
import { type CompiledDomain, compileDomain, type DomainMakers } from "./domain.ts";

/** For tests: a recipient domain "x.dane.example." from the text of a scenario. */

const now = new Date();
const hour = 3_600_000;
const pki = createPki(now);

export const validity = {
  inception: new Date(now.getTime() - hour),
  expiration: new Date(now.getTime() + 24 * hour),
};

export type SetupText = Partial<ScenarioText>;

export function domainOf(text: SetupText): RecipientDomain {
  const [scenario] = checkFile(
    scenarios("x", [
      { id: "x", title: "x", cites: ["RFC 7672 2.2"], expect: { dane: must("authenticated") }, ...text },
    ]),
    "x.ts",
  );
  if (!scenario) throw new Error("there is no scenario");
  return { key: "x.dane", scenario, policy: "dane", variant: "main" };
}

export function compile(text: SetupText, more: Partial<DomainMakers> = {}): CompiledDomain {
  let hosts = 0;
  return compileDomain(domainOf(text), {
    pki,
    issued: new Map(),
    validity,
    serial: 1,
    nameServer: "ns.hosting.example.",
    nobody: { ipv4: "198.18.3.255", ipv6: "2001:db8:100::3ff" },
    realPort: () => 20_000,
    nextAddress: () => ({ ipv4: `198.18.4.${++hosts}`, ipv6: `2001:db8:100::a:${hosts}` }),
    ...more,
  });
}

/** "mx.x.dane.example. A" of every record of a zone but SOA and NS. */
export function ownersIn(domain: CompiledDomain, origin: string): readonly string[] {
  return recordsIn(domain, origin)
    .filter(({ type }) => type !== "SOA" && type !== "NS")
    .map(({ name, type }) => `${name} ${type}`);
}

export function recordsIn({ drafts }: CompiledDomain, origin: string): readonly ResourceRecord[] {
  return drafts.find((draft) => draft.origin === origin)?.records ?? [];
}
