import type { VerifierDriver } from "../../../harness/lab/driver.ts";

const trusted = "/etc/danelab/trusted.pem";

/** Postfix's own probe: it looks up MX and TLSA records as smtp(8) does, and shares its TLS code. */
const driver: VerifierDriver = {
  role: "verifier",
  name: "posttls-finger",
  versions: [{ version: "3.10", suite: "trixie" }],
  versionCommand: ["postconf", "-d", "mail_version"],
  asksDns: true,
  files: ({ trustStore, senderName }) => [
    { path: trusted, content: trustStore },
    {
      path: "/etc/postfix/main.cf",
      content: `compatibility_level = 3.6\nmyhostname = ${senderName}\n`,
    },
  ],
  verify: ({ domain, port }) => [
    ...["posttls-finger", "-c", "-l", "dane", "-t", "30", "-T", "30", "-F", trusted],
    ...["-L", "summary,certmatch,verbose", port === 25 ? domain : `${domain}:${port}`],
  ],
  read({ output }) {
    const line = (pattern: RegExp): string | undefined => pattern.exec(output)?.[0];
    const established = line(/\w+ TLS connection established to \S+/);
    const lookup = line(/TLSA lookup error.*$/m);
    if (lookup !== undefined) return { outcome: "unmatched", told: lookup };
    const broken = line(/SSL_connect error to .*$/m);
    if (broken !== undefined) return { outcome: "no-tls", told: broken };
    if (established === undefined) return undefined;
    // Without a record that counts it goes on as if there were none, and may still verify the certificate by PKIX.
    const unusable = line(/all TLSA records unusable.*$/m);
    if (unusable !== undefined) return { outcome: "unusable", told: unusable };
    if (!output.includes("DNSSEC-signed TLSA record"))
      return { outcome: "unusable", told: line(/\w+ TLSA .*$/m) ?? established };
    const matched = line(/Matched DANE .*$/m);
    if (established.startsWith("Verified")) return { outcome: "matched", told: matched ?? established };
    const failed = line(/certificate verification failed.*$/m) ?? line(/num=\d+:.*$/m);
    return { outcome: "unmatched", told: failed ?? established };
  },
};

export default driver;
