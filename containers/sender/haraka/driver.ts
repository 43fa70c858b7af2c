import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import { createHarakaLogReader } from "./log.ts";

const home = "/etc/haraka";
const queue = `${home}/queue`;
const again = "/run/danelab-again";

/** Deliveries at once. */
const deliveries = 64;

const config = (name: string, content: string) => ({ path: `${home}/config/${name}`, content });

/** verify is what force_tls_hosts does: TLS with a certificate that Node.js accepts, else the message waits. */
const driver: SenderDriver = {
  role: "sender",
  name: "haraka",
  versions: [{ version: "3.3.4", suite: "trixie" }],
  onRequest: true,
  dane: false,
  tls: "OpenSSL",
  policies: ["may", "verify"],
  // It keeps no connection and no TLS session from one message to the next, and has no filters for DNS answers.
  setups: ["plain"],
  versionCommand: ["node", "/opt/haraka/node_modules/Haraka/bin/haraka", "--version"],
  tmpfs: { [queue]: "mode=755" },
  command: [
    "sh",
    "-c",
    `mkfifo ${again} && NODE_EXTRA_CA_CERTS=${home}/trust-store.pem exec node /opt/haraka/node_modules/Haraka/bin/haraka -c ${home}`,
  ],
  submission: { port: 25 },

  files: ({ senderName, routes, trustStore }) => [
    config("me", `${senderName}\n`),
    config("plugins", "attend\n"),
    config("smtp.ini", "listen=127.0.0.1:25\nnodes=0\nsmtputf8=true\n"),
    config("log.ini", "[main]\nlevel=info\ntimestamps=true\nformat=default\n"),
    // One day: messages are tried again only when they are asked for.
    config(
      "outbound.ini",
      `concurrency_max=${deliveries}\nconnect_timeout=10\ntemp_fail_intervals=1d*100\nreceived_header=disabled\n`,
    ),
    config("tls.ini", "rejectUnauthorized=false\n"),
    { path: `${home}/trust-store.pem`, content: trustStore },
    { path: `${home}/attend.json`, content: JSON.stringify({ senderName, routes, again }) },
  ],

  queueId: (reply) => /^250 .*\(([0-9A-F-]{36}\.\d+)\)/.exec(reply)?.[1] ?? null,

  async retry(container, queueIds) {
    await runIn(container, ["sh", "-c", `printf '%s\\n' "$@" > ${again}`, "sh", ...queueIds]);
  },

  // Each file begins with what is to be done, as JSON. Names of files change with every attempt.
  async queued(container) {
    const stdout = await runIn(container, ["sh", "-c", `grep -aoh '"uuid": "[^"]*"' ${queue}/* || :`]);
    return new Set([...stdout.matchAll(/"uuid": "(.+?\.\d+)\.\d+"/g)].map(([, id]) => id ?? ""));
  },

  createLogReader: createHarakaLogReader,

  nonsense: { path: `${home}/config/plugins`, line: "nonsense" },

  // What is critical of one message (a socket that could not be written to) is no matter of how it is set up.
  misconfigured: (line) => /\[(CRIT|ALERT|EMERG)\] (\[-\]|.* Plugin \S+ failed)/.test(line),
};

export default driver;
