import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import { configuration, eximPolicies, routesFiles } from "./configuration.ts";
import { deliveries } from "./deliveries.ts";
import { createEximLogReader, eximQueueId } from "./log.ts";

const spool = "/var/spool/exim4";
const logs = "/var/log/exim4";

/** Deliveries at once. */
const atOnce = 64;
/** Ids of messages to be tried. */
const due = "/run/danelab-due";
const deliver = "/usr/local/bin/danelab-deliver";

/** Each message that the log says is in ("<=") is tried, but for bounces, of whose sender it says "<>". Logs are files that `tail` brings to standard output, as Exim must be able to rename them. */
const start = String.raw`install -d -o Debian-exim -g Debian-exim -m 750 ${spool} ${spool}/input ${spool}/msglog ${spool}/db \
&& install -d -o Debian-exim -g adm -m 2750 ${logs} \
&& install -o Debian-exim -g adm -m 640 /dev/null ${logs}/mainlog \
&& install -o Debian-exim -g adm -m 640 /dev/null ${logs}/paniclog \
&& mkfifo -m 600 ${due} \
&& {
  tail -n +1 -F ${logs}/mainlog &
  tail -n +1 -F ${logs}/paniclog | sed -u 's/^/paniclog: /' &
  ${deliver} ${due} ${spool}/input ${atOnce} &
  tail -n +1 -F ${logs}/mainlog | sed -unE 's/^[^<=*]* ([0-9A-Za-z-]+) <= [^<].*/\1/p' > ${due} &
  exec exim -bdf
}`;

/** What tells one build of Exim from another. */
type Build = Pick<SenderDriver, "name" | "versions" | "tls" | "onRequest">;

export function eximDriver(build: Build): SenderDriver {
  return {
    ...build,
    role: "sender",
    dane: true,
    policies: eximPolicies,
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
      { path: deliver, content: deliveries, mode: 0o755 },
    ],

    queueId: (reply) => /\bid=([0-9A-Za-z-]+)/.exec(reply)?.[1] ?? null,

    async retry(container, queueIds) {
      // One write for each, so that none is mixed with another's.
      await runIn(container, ["sh", "-c", `for id; do echo "$id"; done > ${due}`, "sh", ...queueIds]);
    },

    // The -H file is replaced at every attempt, and a look at that moment would miss it; the -D file stays.
    async queued(container) {
      const stdout = await runIn(container, ["find", `${spool}/input`, "-name", "*-D", "-printf", "%f\\n"]);
      return new Set([...stdout.matchAll(/^(.+)-D$/gm)].map(([, id]) => id ?? ""));
    },

    createLogReader: createEximLogReader,

    nonsense: { path: "/etc/exim4/exim4.conf", line: "nonsense = true" },

    // What goes to the panic log is no matter of one message, unless it names one (a delivery that crashed).
    misconfigured: (line) =>
      / Exim configuration error/.test(line) ||
      (/^paniclog: \d{4}-\d\d-\d\d /.test(line) && eximQueueId(line) === null),
  };
}

/**
 * Debian's exim4-daemon-heavy. exim4-daemon-light is of the same source and links the same libgnutls and libgnutls-dane; it has
 * DANE and DNSSEC too, and lacks content scanning, Perl, SPF, some lookups and authenticators (exim -bV, in all four suites).
 * As a sender with DANE it is the same program, so it is no version of its own.
 */
export default eximDriver({
  name: "exim",
  versions: [
    { version: "4.98", suite: "trixie" },
    { version: "4.94", suite: "bullseye" },
    { version: "4.96", suite: "bookworm" },
    { version: "4.100", suite: "forky" },
  ],
  tls: "GnuTLS",
});
