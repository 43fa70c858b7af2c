import type { ReceiverDriver } from "../../../harness/lab/driver.ts";
import { configurationFiles } from "./configuration.ts";
import { createSendmailReceiverLogReader } from "./log.ts";

const start = `install -d -m 700 /var/spool/mqueue /etc/mail/no-certificates \
&& m4 /etc/mail/danelab.mc > /etc/mail/common.cf \
&& exec perl /usr/local/sbin/attend.pl /etc/mail/hosts/list /etc/mail/common.cf /run/danelab-traffic`;

const driver: ReceiverDriver = {
  role: "receiver",
  name: "sendmail",
  versions: [
    { version: "8.18.1", suite: "trixie" },
    { version: "8.17", suite: "bookworm" },
    { version: "8.18.2", suite: "forky" },
  ],
  tmpfs: { "/var/spool/mqueue": "mode=700" },
  versionCommand: ["sendmail", "-d0.1", "-bt"],
  command: ["sh", "-c", start],
  files: configurationFiles,
  // It reads no SNI, and has one set of certificates.
  lacks: ["SNI"],
  createLogReader: createSendmailReceiverLogReader,
  misconfigured: (line) =>
    /danelab: sendmail of .* ended|NOQUEUE: SYSERR|readcf|unsafe|STARTTLS: (?!CRLFile)\w+ missing/.test(line),
};

export default driver;
