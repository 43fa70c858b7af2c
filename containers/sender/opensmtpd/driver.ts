import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import { configuration } from "./configuration.ts";
import { createOpensmtpdLogReader } from "./log.ts";

const spool = "/var/spool/smtpd";

/**
 * A host whose session failed is not tried again for a while, which would be told as an attempt: all such hosts are taken
 * back before messages are scheduled.
 */
const again = `#!/bin/sh
smtpctl show routes | sed -n 's/^\\([0-9]*\\)\\. .* .D.. nconn=.*/\\1/p' | xargs -r -n 1 smtpctl resume route
for message; do smtpctl schedule "$message"; done
`;

const driver: SenderDriver = {
  role: "sender",
  name: "opensmtpd",
  versions: [{ version: "7.6", suite: "trixie" }],
  onRequest: true,
  dane: false,
  tls: "OpenSSL",
  policies: ["may", "encrypt", "verify"],
  // It closes each connection and keeps no TLS session (configuration.ts), and has no filters for DNS answers.
  setups: ["plain"],
  lacks: ["SMTPUTF8", "routes by MX to another port", "timeout shorter than a run"],
  tmpfs: { [spool]: "mode=711" },
  // -F: in the foreground; -v: with the MX hosts of each domain.
  command: ["perl", "/usr/local/sbin/devlog.pl", "smtpd", "-F", "-v", "-f", "/etc/danelab/smtpd.conf"],
  versionCommand: ["sh", "-c", "smtpd -h 2>&1 | grep ^version"],
  submission: { port: 25 },

  files: (facts) => [
    { path: "/etc/danelab/smtpd.conf", content: configuration(facts) },
    { path: "/etc/danelab/trust-store.pem", content: facts.trustStore },
    { path: "/usr/local/bin/smtpd-again", content: again, mode: 0o755 },
  ],

  queueId: (reply) => /^250 2\.0\.0 ([0-9a-f]{8}) Message accepted/.exec(reply)?.[1] ?? null,

  async retry(container, queueIds) {
    await runIn(container, ["smtpd-again", ...queueIds]);
  },

  async queued(container) {
    const stdout = await runIn(container, ["smtpctl", "show", "queue"]);
    return new Set([...stdout.matchAll(/^([0-9a-f]{8})[0-9a-f]{8}\|/gm)].map(([, id]) => id ?? ""));
  },

  createLogReader: createOpensmtpdLogReader,

  nonsense: { path: "/etc/danelab/smtpd.conf", line: "nonsense true" },

  misconfigured: (line) => /\bfatal: |smtpd\.conf:\d+: |danelab: smtpd ended/.test(line),
};

export default driver;
