import type { DnssecAlgorithm, ZoneKeySpec } from "../model/scenario.ts";
import type { Signing, ZoneDraft } from "./zone.ts";

/** The keys of a zone, spelled out: one that does all, or a KSK and a ZSK, unless they are listed. */
export function keySpecs(
  { faults }: Pick<ZoneDraft, "faults">,
  { algorithm, keys }: Signing,
): readonly ZoneKeySpec[] {
  const listed =
    keys === "single"
      ? [usual("csk", algorithm)]
      : keys === "ksk+zsk"
        ? [usual("ksk", algorithm), usual("zsk", algorithm)]
        : keys;
  if (!faults.some(({ fault }) => fault === "unknown-algorithm")) return listed;
  return listed.map((spec) => ({ ...spec, algorithm: "unknown" }));
}

function usual(role: ZoneKeySpec["role"], algorithm: DnssecAlgorithm): ZoneKeySpec {
  return { label: role, role, algorithm, bits: 2048, published: true, signs: true, ds: role !== "zsk" };
}

/** Whether validators make use of what is told: must they, must they not, or is it left to them? */
export type Support = "yes" | "no" | "maybe";

/** RFC 8624 3.1; RFC 9905 section 2 has resolvers implement SHA-1 and operators turn it off. Weak RSA keys are refused by some. */
function algorithmSupport({ algorithm, bits }: ZoneKeySpec): Support {
  switch (algorithm) {
    case "unknown":
    case 1:
      return "no";
    case 8:
    case 10:
      return bits < 1024 ? "maybe" : "yes";
    case 13:
      return "yes";
    default:
      return "maybe";
  }
}

/** RFC 8624 3.3, RFC 9905. */
function digestSupport(type: number): Support {
  return type === 2 ? "yes" : type === 1 || type === 4 ? "maybe" : "no";
}

function best(all: readonly Support[]): Support {
  return all.includes("yes") ? "yes" : all.includes("maybe") ? "maybe" : "no";
}

/**
 * What the zone's keys and its DS records by themselves make of it (RFC 4035 5.2): insecure if a validator knows no algorithm or
 * digest of its DS, bogus if no DS leads to a key that signs.
 */
export function keyStatus(
  draft: Pick<ZoneDraft, "faults">,
  signing: Signing,
): "secure" | "insecure" | "bogus" | "any" {
  const keys = keySpecs(draft, signing);
  const digest = draft.faults.some(({ fault }) => fault === "unknown-ds-digest")
    ? "no"
    : best((signing.dsDigests ?? [2]).map(digestSupport));
  const entries = keys.filter(({ ds, role }) => ds && role !== "zsk");
  const known = best(entries.map(algorithmSupport));
  if (entries.length === 0 || digest === "no" || known === "no") return "insecure";
  const usable = (spec: ZoneKeySpec): boolean =>
    spec.published && spec.signs && algorithmSupport(spec) !== "no";
  if (!entries.some(usable) || !keys.some((spec) => spec.role !== "ksk" && usable(spec))) return "bogus";
  const data = best(keys.filter((spec) => spec.role !== "ksk" && usable(spec)).map(algorithmSupport));
  return digest === "yes" && known === "yes" && data === "yes" ? "secure" : "any";
}
