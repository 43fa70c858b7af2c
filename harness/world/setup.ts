import { readable } from "../dns/readable.ts";
import type { FarmAttacker, FarmHost, PemChain } from "../model/farm.ts";
import type {
  CertificateText,
  DomainSetup,
  DomainSetups,
  ServedCertificate,
  ServerSetup,
  ZoneText,
} from "../model/setup.ts";
import { certificateTexts } from "../pki/certificate-text.ts";
import type { DomainFacts, World } from "./world.ts";

/** Every recipient domain of a world, for people to read. */
export function setupsOf({ domains, zoneFiles }: World): DomainSetups {
  const files = new Map(zoneFiles.map(({ path, content }) => [path, String(content)]));
  const texts = new Map<string, readonly CertificateText[]>();
  const textOf = ({ chain }: PemChain): readonly CertificateText[] => {
    const known = texts.get(chain) ?? certificateTexts(chain);
    texts.set(chain, known);
    return known;
  };
  return Object.fromEntries([...domains].map(([key, facts]) => [key, setupOf(facts, files, textOf)]));
}

type TextOf = (chain: PemChain) => readonly CertificateText[];

function setupOf(
  { zones, steps }: DomainFacts,
  files: ReadonlyMap<string, string>,
  textOf: TextOf,
): DomainSetup {
  return {
    steps: steps.map(({ hosts }, step) => ({
      zones: zones.flatMap((origin): ZoneText[] => {
        const file = files.get(zonePath(origin, step));
        return file === undefined ? [] : [{ origin, records: file.trimEnd().split("\n").map(recordText) }];
      }),
      servers: hosts.map((host) => serverSetup(host, textOf)),
    })),
  };
}

/** Where the master file of a zone is, as of a step; a step that changes nothing in it has none. */
export function zonePath(origin: string, step: number): string {
  return `/zones/${step === 0 ? "" : `step-${step}/`}${origin}.zone`;
}

/** What a public key looks like tells nobody anything. */
function recordText(line: string): string {
  return readable(line).replace(/( DNSKEY .{20})\S*.*$/, "$1…");
}

function serverSetup(host: FarmHost, textOf: TextOf): ServerSetup {
  const { name, addresses, port, behaviour, attacker, hostile, certificate, sni } = host;
  const own = (chain: PemChain, served: string | null): readonly ServedCertificate[] =>
    [chain, ...(chain.further ?? [])].map((one) => ({ sni: served, by: "server", chain: textOf(one) }));
  return {
    name,
    addresses,
    port,
    behaviour,
    attacker: attacker ? attacker.does : null,
    hostile,
    certificates: [
      ...own(certificate, null),
      ...Object.entries(sni).flatMap(([served, chain]) => own(chain, served)),
      ...attackersOwn(attacker, textOf),
    ],
  };
}

function attackersOwn(attacker: FarmAttacker | null, textOf: TextOf): readonly ServedCertificate[] {
  if (attacker === null || !("certificate" in attacker)) return [];
  return [{ sni: null, by: "attacker", chain: textOf(attacker.certificate) }];
}
