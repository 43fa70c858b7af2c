import type { ReceiverDriver } from "../../../harness/lab/driver.ts";
import { configurationFiles } from "./configuration.ts";
import { createEximReceiverLogReader } from "./log.ts";

const driver: ReceiverDriver = {
  role: "receiver",
  name: "exim",
  versions: [
    { version: "4.98", suite: "trixie" },
    { version: "4.96", suite: "bookworm" },
    { version: "4.100", suite: "forky" },
  ],
  tmpfs: { "/var/spool/exim4": "mode=755" },
  versionCommand: ["exim", "-bV"],
  // Debugging output tells each command and reply, by process, also under TLS.
  command: [
    "sh",
    "-c",
    "chown Debian-exim:Debian-exim /var/spool/exim4 && exec exim -bdf -d-all+pid+receive+tls 2>&1",
  ],
  files: configurationFiles,
  createLogReader: createEximReceiverLogReader,
  misconfigured: (line) => /Exim configuration error|LOG: (?:\w+ )*PANIC|bind\(\) failed/.test(line),
};

export default driver;
