import type { ReceiverDriver } from "../../../harness/lab/driver.ts";
import { configurationFiles, data, folders } from "./configuration.ts";
import { createChasquidReceiverLogReader } from "./log.ts";

const driver: ReceiverDriver = {
  role: "receiver",
  name: "chasquid",
  versions: [
    { version: "1.15", suite: "trixie" },
    { version: "1.11", suite: "bookworm" },
    { version: "1.19", suite: "forky" },
  ],
  tmpfs: { [data]: "mode=700" },
  versionCommand: ["chasquid", "-version"],
  // It looks up SPF records of each sender's domain: no name server is to be found, at once.
  command: [
    "sh",
    "-c",
    `echo 'nameserver 127.0.0.1' > /etc/resolv.conf && exec perl /usr/local/sbin/attend.pl ${folders} ${data}`,
  ],
  files: configurationFiles,
  createLogReader: createChasquidReceiverLogReader,
  misconfigured: (line) =>
    /Fatal|Error (listening|loading)|No certificates|panic: |danelab: .* ended/.test(line),
};

export default driver;
