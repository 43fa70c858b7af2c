import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import { createMxConnectLogReader } from "./log.ts";

const spool = "/var/spool/mx-connect";
const again = "/run/danelab-again";

/** Messages under way at once. */
const atOnce = 64;

/**
 * mx-connect from npm finds the server, looks up TLSA records and tells whether a certificate matches them. Around it is a
 * sending client of danelab's own (client.mjs). Mandatory DANE is nothing that mx-connect knows of.
 */
const driver: SenderDriver = {
  role: "sender",
  name: "mx-connect",
  versions: [{ version: "2.0.0", suite: "trixie" }],
  onRequest: true,
  dane: true,
  tls: "OpenSSL",
  policies: ["dane", "may", "encrypt", "verify"],
  // It keeps no connection and no TLS session from one message to the next, and has no filters for DNS answers.
  setups: ["plain"],
  versionCommand: ["node", "-p", 'require("/opt/mx-connect/node_modules/mx-connect/package.json").version'],
  tmpfs: { [spool]: "mode=700" },
  command: ["sh", "-c", `mkfifo ${again} && exec node /opt/mx-connect/client.mjs ${spool} ${again}`],
  submission: { port: 25 },

  files: ({ senderName, routes, trustStore }) => [
    {
      path: "/etc/mx-connect/client.json",
      content: JSON.stringify({ senderName, routes, trustStore, atOnce }),
    },
  ],

  queueId: (reply) => /^250 .*queued as (m\d+)/.exec(reply)?.[1] ?? null,

  async retry(container, queueIds) {
    await runIn(container, ["sh", "-c", `printf '%s\\n' "$@" > ${again}`, "sh", ...queueIds]);
  },

  async queued(container) {
    return new Set((await runIn(container, ["ls", spool])).split("\n").filter((id) => id !== ""));
  },

  createLogReader: createMxConnectLogReader,

  nonsense: { path: "/etc/mx-connect/client.json", line: "nonsense" },

  // All it has to say is JSON: what is not is Node.js ending.
  misconfigured: (line) => line.trim() !== "" && !line.startsWith("{"),
};

export default driver;
