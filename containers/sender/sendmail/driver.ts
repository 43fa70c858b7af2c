import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import { configuration, routes } from "./configuration.ts";
import { createSendmailLogReader } from "./log.ts";

const spool = "/var/spool/mqueue";
const again = "/run/danelab-again";

/** Attempts at once. Left to itself, Sendmail starts one for each message that comes in, hundreds in a burst. */
const attempts = 48;

const start = `install -d -o root -g root -m 700 ${spool} /run/sendmail/mta /etc/mail/no-certificates \
&& m4 $(grep -qw DANE /etc/danelab-package && echo -DBUILT_WITH_DANE) /etc/mail/danelab.mc > /etc/mail/sendmail.cf \
&& exec perl /usr/local/sbin/attend.pl ${again} ${attempts} /usr/sbin/sendmail`;

const driver: SenderDriver = {
  role: "sender",
  name: "sendmail",
  versions: [
    { version: "8.18.1", suite: "trixie" },
    { version: "8.18.2", suite: "forky" },
    // Debian builds it without; the option is refused.
    { version: "8.17", suite: "bookworm", dane: false },
  ],
  dane: true,
  tls: "OpenSSL",
  // Debian builds it without USE_EAI.
  lacks: ["SMTPUTF8"],
  policies: ["dane", "dane-only", "may", "encrypt", "verify"],
  // It keeps no connection and no TLS session from one message to the next, and has no filters for DNS answers.
  setups: ["plain"],
  tmpfs: { [spool]: "mode=700" },
  command: ["sh", "-c", start],
  versionCommand: ["sendmail", "-d0.1", "-bt"],
  submission: { port: 25 },

  files: (facts) => [
    { path: "/etc/mail/danelab.mc", content: configuration(facts) },
    { path: "/etc/mail/routes", content: routes(facts) },
    { path: "/etc/mail/trust-store.pem", content: facts.trustStore },
  ],

  queueId: (reply) => /^250 2\.0\.0 (\w+) Message accepted/.exec(reply)?.[1] ?? null,

  async retry(container, queueIds) {
    await runIn(container, ["sh", "-c", `printf '%s\\n' "$@" > ${again}`, "sh", ...queueIds]);
  },

  async queued(container) {
    const stdout = await runIn(container, ["ls", spool]);
    return new Set([...stdout.matchAll(/^[hqQ]f(\w+)$/gm)].map(([, id]) => id ?? ""));
  },

  createLogReader: createSendmailLogReader,

  nonsense: { path: "/etc/mail/danelab.mc", line: "LOCAL_CONFIG\nO Nonsense=true" },

  misconfigured: (line) => /danelab: sendmail ended|NOQUEUE: SYSERR|unsafe|readcf/.test(line),
};

export default driver;
