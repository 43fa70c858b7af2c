import type { VerifierDriver } from "../../../harness/lab/driver.ts";

const trusted = "/etc/danelab/trusted.pem";

/** openssl s_client: the library's own check of TLSA records that it is given (SSL_CTX_dane_enable(3)). */
const driver: VerifierDriver = {
  role: "verifier",
  name: "openssl",
  versions: [{ version: "3.5", suite: "trixie" }],
  versionCommand: ["openssl", "version"],
  asksDns: false,
  lacks: ["names besides the host's", "records that cannot be written"],
  files: ({ trustStore }) => [{ path: trusted, content: trustStore }],
  verify: ({ name, addresses: [address = ""], port, records }) => [
    ...["openssl", "s_client", "-brief", "-starttls", "smtp", "-CAfile", trusted],
    ...["-connect", `${address.includes(":") ? `[${address}]` : address}:${port}`],
    ...["-dane_tlsa_domain", name],
    ...records.flatMap((record) => ["-dane_tlsa_rrdata", record]),
    // RFC 7672 3.1.1: certificate usage DANE-EE(3) checks no names.
    ...["-dane_ee_no_namechecks", "-verify_return_error"],
  ],
  read({ exitStatus, output }) {
    const line = (pattern: RegExp): string | undefined => pattern.exec(output)?.[0];
    const matched = line(/^DANE TLSA .* (matched|signed) .*$/m);
    if (exitStatus === 0 && matched !== undefined && /^Verification: OK$/m.test(output))
      return { outcome: "matched", told: matched };
    if (exitStatus === 0) return undefined;
    const unusable = line(/Failed to import any TLSA records/);
    if (unusable !== undefined) return { outcome: "unusable", told: unusable };
    const refused = line(/verify error:.*$/m) ?? line(/certificate verify failed/);
    if (refused !== undefined) return { outcome: "unmatched", told: refused };
    const broken = line(/^.*:error:.*$/m);
    return broken === undefined ? undefined : { outcome: "no-tls", told: broken };
  },
};

export default driver;
