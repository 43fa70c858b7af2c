import type { VerifierDriver } from "../../../harness/lab/driver.ts";

/** Exit status where no certificate could be fetched; ldns-dane has 0, 1 and 2. */
const noTls = 99;
const trusted = "/etc/danelab/trusted.pem";

/**
 * ldns-dane looks up TLSA records at the resolver, whose AD bit it trusts, and checks by OpenSSL's library. It speaks no SMTP:
 * openssl fetches the certificates, which it is given as a file.
 */
const driver: VerifierDriver = {
  role: "verifier",
  name: "ldns-dane",
  versions: [{ version: "1.8", suite: "trixie" }],
  versionCommand: ["ldns-dane", "-v"],
  asksDns: true,
  lacks: ["names besides the host's"],
  files: ({ trustStore }) => [{ path: trusted, content: trustStore }],
  verify: ({ name, addresses: [address = ""], port }) => {
    const peer = `${address.includes(":") ? `[${address}]` : address}:${port}`;
    return [
      "sh",
      "-c",
      `file=$(mktemp)
openssl s_client -starttls smtp -connect ${peer} -servername ${name} -showcerts > "$file" 2> "$file.log" \\
  || { cat "$file.log"; exit ${noTls}; }
exec ldns-dane -n -T -f ${trusted} -c "$file" verify ${name} ${port}`,
    ];
  },
  read({ exitStatus, output }) {
    const line = (pattern: RegExp): string | undefined => pattern.exec(output)?.[0];
    if (exitStatus === noTls) return { outcome: "no-tls", told: line(/^.*:error:.*$/m) ?? output.trim() };
    const unusable = line(/No usable TLSA records were found/);
    if (unusable !== undefined) return { outcome: "unusable", told: unusable };
    const matched = line(/dane-validated successfully/);
    if (exitStatus === 0) return matched === undefined ? undefined : { outcome: "matched", told: matched };
    const refused = line(/did not dane-validate, because: .*$/m) ?? line(/error loading certificate/);
    return refused === undefined ? undefined : { outcome: "unmatched", told: refused };
  },
};

export default driver;
