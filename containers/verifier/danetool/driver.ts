import type { VerifierDriver } from "../../../harness/lab/driver.ts";

/** GnuTLS's danetool: looks up TLSA records by libunbound, which validates, past the resolver of resolv.conf. */
const driver: VerifierDriver = {
  role: "verifier",
  name: "danetool",
  versions: [{ version: "3.8", suite: "trixie" }],
  versionCommand: ["danetool", "--version"],
  asksDns: true,
  files: ({ trustAnchor }) => [
    // Where libdane was built to look for the root's key.
    { path: "/usr/share/dns/root.key", content: trustAnchor },
    { path: "/etc/unbound/root.key", content: trustAnchor },
  ],
  verify: ({ name, port }) => [
    ...["danetool", "--local-dns", "--starttls-proto", "smtp", "--port", `${port}`, "--check", name],
  ],
  read({ exitStatus, output }) {
    const verifications = output.match(/^Verification: .*\S/gm) ?? [];
    const matched = verifications.find((one) => /Certificate matches/.test(one));
    if (exitStatus === 0) return matched === undefined ? undefined : { outcome: "matched", told: matched };
    const [failed] = verifications;
    if (failed !== undefined) return { outcome: "unmatched", told: failed };
    const line = (pattern: RegExp): string | undefined => pattern.exec(output)?.[0];
    const unusable = line(/dane_verify_crt: .*$/m) ?? line(/dane_query_tlsa: No DANE data .*$/m);
    if (unusable !== undefined) return { outcome: "unusable", told: unusable };
    const broken = line(/Certificate could not be obtained.*$/m) ?? line(/\*\*\* .*$/m);
    if (broken !== undefined) return { outcome: "no-tls", told: broken };
    const lookup = line(/dane_query_tlsa: .*$/m);
    return lookup === undefined ? undefined : { outcome: "unmatched", told: lookup };
  },
};

export default driver;
