import type { ReceiverDriver } from "../../../harness/lab/driver.ts";
import { configurationFiles } from "./configuration.ts";
import { createOpensmtpdReceiverLogReader } from "./log.ts";

const driver: ReceiverDriver = {
  role: "receiver",
  name: "opensmtpd",
  versions: [{ version: "7.6", suite: "trixie" }],
  tmpfs: { "/var/spool/smtpd": "mode=711" },
  versionCommand: ["sh", "-c", "smtpd -h 2>&1 | grep ^version"],
  // Each client's name is looked up, for which there is no name server here: "lookup file" is for OpenSMTPD's own resolver.
  // -F: in the foreground.
  command: [
    "sh",
    "-c",
    "echo 'lookup file' >> /etc/resolv.conf && exec perl /usr/local/sbin/attend.pl smtpd -F -f /etc/danelab/smtpd.conf",
  ],
  files: configurationFiles,
  // Of several certificates for one name the first is taken, whatever the client can verify.
  lacks: ["certificates of two key types"],
  createLogReader: createOpensmtpdReceiverLogReader,
  misconfigured: (line) => /\bfatal: |smtpd\.conf:\d+: |tls_config_\w+: |danelab: smtpd ended/.test(line),
};

export default driver;
