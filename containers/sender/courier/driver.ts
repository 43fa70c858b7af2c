import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import { courierId, createCourierLogReader } from "./log.ts";

/** It wants the whole of a queue id. */
const again = `#!/bin/sh
queue=$(mailq)
for id; do
  echo "$queue" | grep -oE "[0-9A-F]{16}\\.$id" | xargs -r -n 1 courier flush
done
`;

const driver: SenderDriver = {
  role: "sender",
  name: "courier",
  versions: [{ version: "1.4", suite: "trixie" }],
  onRequest: true,
  dane: false,
  tls: "GnuTLS",
  // Whether TLS is demanded hangs on the recipient's domain (esmtproutes), not on the sender's: all mail is sent with what it
  // does by itself.
  policies: ["may"],
  // It closes each connection (esmtptimeoutkeepalive), and has no filters for DNS answers.
  setups: ["plain"],
  lacks: ["address literals", "timeout shorter than a run for lookups"],
  tmpfs: { "/var/lib/courier": "mode=755" },
  command: ["perl", "/usr/local/sbin/devlog.pl", "sh", "/usr/local/sbin/start.sh"],
  versionCommand: ["sh", "-c", "dpkg-query -s courier-mta | sed -n 's/^Version: //p'"],
  submission: { port: 25 },

  files: ({ senderName, trustStore, routes }) => [
    { path: "/etc/courier/me", content: `${senderName}\n` },
    { path: "/etc/courier/defaultdomain", content: `${senderName}\n` },
    { path: "/etc/courier/locals", content: `${senderName}\n` },
    { path: "/etc/courier/trust-store.pem", content: trustStore },
    { path: "/usr/local/bin/courier-again", content: again, mode: 0o755 },
    // A name is looked up by MX, then by address.
    {
      path: "/etc/courier/esmtproutes",
      content: routes.map(({ recipient, to, port }) => `${recipient}:${to},${port}\n`).join(""),
    },
  ],

  queueId: (reply) => /^250 Ok\. ([0-9A-F.]+)/.exec(reply)?.[1] ?? null,

  async retry(container, queueIds) {
    await runIn(container, ["courier-again", ...queueIds]);
  },

  async queued(container) {
    const stdout = await runIn(container, ["mailq"]);
    const ids = stdout.split("\n").map((line) => courierId.exec(line)?.[1]);
    return new Set(ids.filter((id) => id !== undefined));
  },

  createLogReader: createCourierLogReader,

  misconfigured: (line) =>
    /danelab: .* ended|Operation not permitted|courier(tcpd|d): .*(bind|not found)/.test(line),
};

export default driver;
