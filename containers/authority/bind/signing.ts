import { createPrivateKey } from "node:crypto";
import type { FileToCopy, ServedZone, SigningKey } from "../../../harness/model/facts.ts";

/** BIND signs by dnssec-policy, with keys in files that it would else have made itself. */

export const keyFolder = "/etc/bind/danelab-keys";

type Signing = NonNullable<ServedZone["signing"]>;

const algorithms: Readonly<Record<number, string>> = { 13: "ECDSAP256SHA256" };

function algorithmOf({ algorithm }: SigningKey): string {
  const name = algorithms[algorithm];
  if (name === undefined) throw new Error(`the BIND driver signs with no keys of algorithm ${algorithm}`);
  return name;
}

/** Zones with the same policy share it. */
export function policyOf({ keys, denial }: Signing): string {
  const kind =
    denial.type === "nsec3"
      ? `nsec3-${denial.iterations}-${denial.salt.length / 2}${denial.optOut ? "-optout" : ""}`
      : denial.type;
  return [...keys.map(({ role }) => role), kind].join("-");
}

/** The salt is BIND's own: only its length can be told. */
export function signingPolicy(signing: Signing): string {
  const { keys, denial } = signing;
  const lines = keys.map(
    (key) => `${key.role} lifetime unlimited algorithm ${algorithmOf(key).toLowerCase()};`,
  );
  const nsec3 =
    denial.type === "nsec3"
      ? ` nsec3param iterations ${denial.iterations} optout ${denial.optOut ? "yes" : "no"} salt-length ${denial.salt.length / 2};`
      : "";
  return `dnssec-policy "${policyOf(signing)}" { keys { ${lines.join(" ")} };${nsec3} };\n`;
}

/** Of a past in which everybody knew the key already. */
const longAgo = "20200101000000";

/** K<zone>+<algorithm>+<tag>: .key, .private and .state. Without the last BIND makes keys of its own beside them. */
export function keyFiles({ origin, signing }: ServedZone): readonly FileToCopy[] {
  return (signing?.keys ?? []).flatMap((key) => {
    const { role, algorithm, tag, publicKey, privateKey } = key;
    const name = `${keyFolder}/K${origin}+${String(algorithm).padStart(3, "0")}+${String(tag).padStart(5, "0")}`;
    const secret = Buffer.from(String(createPrivateKey(privateKey).export({ format: "jwk" }).d), "base64url");
    const flags = role === "zsk" ? 256 : 257;
    const [ksk, zsk] = [role !== "zsk", role !== "ksk"];
    const known = (...names: readonly string[]) => names.map((one) => `${one}State: omnipresent\n`).join("");
    return [
      { path: `${name}.key`, content: `${origin} 60 IN DNSKEY ${flags} 3 ${algorithm} ${publicKey}\n` },
      {
        path: `${name}.private`,
        content: `Private-key-format: v1.3
Algorithm: ${algorithm} (${algorithmOf(key)})
PrivateKey: ${secret.toString("base64")}
Created: ${longAgo}
Publish: ${longAgo}
Activate: ${longAgo}
`,
        mode: 0o600,
      },
      {
        path: `${name}.state`,
        content: `; The state of key ${tag}, for ${origin}
Algorithm: ${algorithm}
Length: ${8 * secret.length}
Lifetime: 0
KSK: ${ksk ? "yes" : "no"}
ZSK: ${zsk ? "yes" : "no"}
Generated: ${longAgo}
Published: ${longAgo}
Active: ${longAgo}
DNSKEYChange: ${longAgo}
${ksk ? `KRRSIGChange: ${longAgo}\nDSChange: ${longAgo}\n` : ""}${zsk ? `ZRRSIGChange: ${longAgo}\n` : ""}${known("DNSKEY", ...(ksk ? ["KRRSIG", "DS"] : []), ...(zsk ? ["ZRRSIG"] : []))}GoalState: omnipresent
`,
      },
    ];
  });
}
