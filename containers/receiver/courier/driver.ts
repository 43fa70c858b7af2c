import type { ReceiverDriver } from "../../../harness/lab/driver.ts";
import { configurationFiles } from "./configuration.ts";
import { createCourierReceiverLogReader } from "./log.ts";

const driver: ReceiverDriver = {
  role: "receiver",
  name: "courier",
  versions: [
    { version: "1.4", suite: "trixie" },
    { version: "1.0", suite: "bookworm" },
    { version: "2.0", suite: "forky" },
  ],
  tmpfs: { "/var/lib/courier": "mode=755" },
  versionCommand: ["sh", "-c", "dpkg-query -s courier-mta | sed -n 's/^Version: //p'"],
  command: ["sh", "/usr/local/sbin/start.sh"],
  files: configurationFiles,
  // Of several in TLS_CERTFILE the first is taken, whatever the client can verify.
  lacks: ["certificates of two key types"],
  createLogReader: createCourierReceiverLogReader,
  misconfigured: (line) =>
    /^bind: |Permission denied|Operation not permitted|No such file|danelab: no couriertcpd/.test(line),
};

export default driver;
