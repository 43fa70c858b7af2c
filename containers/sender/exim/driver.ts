import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import { configuration, routesFiles } from "./configuration.ts";
import { createEximLogReader, eximQueueId } from "./log.ts";

const spool = "/var/spool/exim4";
const logs = "/var/log/exim4";

/** Deliveries at once. Left to itself, Exim starts one for each message that comes in, hundreds in a burst. */
const deliveries = 64;

/** Tries one message, whatever is remembered of earlier failures of its hosts. */
const attempt = "exim -M";

/**
 * Exim only takes mail in; each message that the log says is in ("<=") is then tried. Logs are files that `tail` brings to
 * standard output, as Exim must be able to rename them. A delivery that crashes must not end xargs.
 */
const start = String.raw`install -d -o Debian-exim -g Debian-exim -m 750 ${spool} ${spool}/input ${spool}/msglog ${spool}/db \
&& install -d -o Debian-exim -g adm -m 2750 ${logs} \
&& install -o Debian-exim -g adm -m 640 /dev/null ${logs}/mainlog \
&& install -o Debian-exim -g adm -m 640 /dev/null ${logs}/paniclog \
&& {
  tail -n +1 -F ${logs}/mainlog &
  tail -n +1 -F ${logs}/paniclog | sed -u 's/^/paniclog: /' &
  tail -n +1 -F ${logs}/mainlog | sed -unE 's/^[^<=*]* ([0-9A-Za-z-]+) <= .*/\1/p' \
    | xargs -n 1 -P ${deliveries} sh -c '${attempt} "$1" </dev/null >/dev/null 2>&1 || :' sh &
  exec exim -bdf
}`;

/**
 * A message that another process still has in its hands is passed over by -M: the lock on its -D file is waited for
 * (proc_locks(5) tells locks by inode).
 */
const again = `#!/bin/sh
printf '%s\\n' "$@" | xargs -n 1 -P ${deliveries} sh -c '
  inode=$(stat -c %i ${spool}/input/$1-D) || exit 0
  while grep -q ":$inode " /proc/locks; do sleep 0.1; done
  ${attempt} "$1" || :
' sh >/dev/null 2>&1 &
`;

const driver: SenderDriver = {
  role: "sender",
  name: "exim",
  versions: [
    { version: "4.98", suite: "trixie" },
    { version: "4.94", suite: "bullseye" },
    { version: "4.96", suite: "bookworm" },
    { version: "4.100", suite: "forky" },
  ],
  onRequest: true,
  dane: true,
  tls: "GnuTLS",
  policies: ["dane", "dane-only", "may", "verify"],
  // It has no filters for DNS answers.
  setups: ["plain", "caches"],
  tmpfs: { [spool]: "mode=755", [logs]: "mode=755" },
  command: ["sh", "-c", start],
  versionCommand: ["exim", "-bV"],
  submission: { port: 25 },

  files: (facts) => [
    { path: "/etc/exim4/exim4.conf", content: configuration(facts) },
    { path: "/etc/exim4/trust-store.pem", content: facts.trustStore },
    ...routesFiles(facts),
    { path: "/usr/local/bin/exim-again", content: again, mode: 0o755 },
  ],

  queueId: (reply) => /\bid=([0-9A-Za-z-]+)/.exec(reply)?.[1] ?? null,

  async retry(container, queueIds) {
    await runIn(container, ["exim-again", ...queueIds]);
  },

  // The -H file is replaced at every attempt, and a look at that moment would miss it; the -D file stays.
  async queued(container) {
    const stdout = await runIn(container, ["find", `${spool}/input`, "-name", "*-D", "-printf", "%f\\n"]);
    return new Set([...stdout.matchAll(/^(.+)-D$/gm)].map(([, id]) => id ?? ""));
  },

  createLogReader: createEximLogReader,

  // What goes to the panic log is no matter of one message, unless it names one (a delivery that crashed).
  misconfigured: (line) =>
    / Exim configuration error/.test(line) ||
    (/^paniclog: \d{4}-\d\d-\d\d /.test(line) && eximQueueId(line) === null),
};

export default driver;
