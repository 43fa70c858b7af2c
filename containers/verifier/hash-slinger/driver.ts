import type { VerifierDriver } from "../../../harness/lab/driver.ts";

const trusted = "/etc/danelab/trusted.pem";
const anchor = "/etc/danelab/root.key";

/** hash-slinger's tlsa: looks up by libunbound, which validates; compares by itself, record after record. */
const driver: VerifierDriver = {
  role: "verifier",
  name: "hash-slinger",
  versions: [{ version: "3.1", suite: "trixie" }],
  versionCommand: ["python3", "-W", "ignore", "/usr/bin/tlsa", "--version"],
  asksDns: true,
  files: ({ trustStore, trustAnchor }) => [
    { path: trusted, content: trustStore },
    { path: anchor, content: trustAnchor },
  ],
  verify: ({ name, port }) => [
    ...["python3", "-W", "ignore", "/usr/bin/tlsa", "--verify", "-4", "--rootkey", anchor],
    ...["--ca-cert", trusted, "--starttls", "smtp", "--port", `${port}`, name],
  ],
  read({ exitStatus, output }) {
    const line = (pattern: RegExp): string | undefined => pattern.exec(output)?.[0];
    const crash = /^Traceback .*^([\w.]+: [^\n]*)$/ms.exec(output)?.[1];
    if (crash !== undefined)
      return { outcome: crash.startsWith("M2Crypto.SSL.SSLError") ? "no-tls" : "crashed", told: crash };
    // Its exit status tells of the last record alone; by its manual all must match.
    const failed = line(/^FAIL.*$/m);
    if (failed !== undefined) return { outcome: "unmatched", told: failed };
    const matched = line(/^SUCCESS.*$/m);
    if (exitStatus === 0 && matched !== undefined) return { outcome: "matched", told: matched };
    const invalid = line(/The TLSA record is invalid\.\s*.*$/m);
    if (invalid !== undefined && matched === undefined) return { outcome: "unusable", told: invalid };
    const broken = line(/^Cannot connect to .*$/m);
    if (broken !== undefined) return { outcome: "no-tls", told: broken };
    const lookup = line(/^Unable to resolve .*$/m);
    return lookup === undefined ? undefined : { outcome: "unmatched", told: lookup };
  },
};

export default driver;
