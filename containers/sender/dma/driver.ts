import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import { createDmaLogReader } from "./log.ts";

const spool = "/var/spool/dma";
const again = "/run/danelab-again";

/** Attempts at once: each is a process. */
const attempts = 64;

const driver: SenderDriver = {
  role: "sender",
  name: "dma",
  versions: [{ version: "0.13", suite: "trixie" }],
  onRequest: true,
  dane: false,
  tls: "OpenSSL",
  // Its one configuration file is compiled in, and holds for all mail: it is that of opportunistic TLS.
  policies: ["may"],
  // It keeps no connection and no TLS session, and has no filters for DNS answers.
  setups: ["plain"],
  lacks: [
    "SMTPUTF8",
    "address literals",
    "routes",
    "timeout shorter than a run",
    "notice of a session that the server ends",
  ],
  // The group is mail.
  tmpfs: { [spool]: "mode=2770,gid=8" },
  command: ["perl", "/usr/local/sbin/attend.pl", again, String(attempts)],
  // It does not tell its version itself.
  versionCommand: ["sh", "-c", "dpkg-query -s dma | sed -n 's/^Version: //p'"],
  submission: { port: 25 },

  files: ({ senderName }) => [
    { path: "/etc/mailname", content: `${senderName}\n` },
    {
      path: "/etc/dma/dma.conf",
      content: "SECURETRANSFER\nSTARTTLS\nOPPORTUNISTIC_TLS\nMAILNAME /etc/mailname\n",
    },
  ],

  queueId: (reply) => /queued as ([0-9a-f]+)$/.exec(reply)?.[1] ?? null,

  async retry(container, queueIds) {
    await runIn(container, ["sh", "-c", `printf '%s\\n' "$@" > ${again}`, "sh", ...queueIds]);
  },

  async queued(container) {
    const stdout = await runIn(container, ["ls", spool]);
    return new Set([...stdout.matchAll(/^Q([0-9a-f]+)\./gm)].map(([, id]) => id ?? ""));
  },

  createLogReader: createDmaLogReader,

  nonsense: { path: "/etc/dma/dma.conf", line: "NONSENSE" },

  misconfigured: (line) => /syntax error in|can not open config|could not (lock|open)/.test(line),
};

export default driver;
