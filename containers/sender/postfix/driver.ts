import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import type { LabFacts } from "../../../harness/model/facts.ts";
import { senderPolicies, senderSetups } from "../../../harness/model/scenario.ts";
import { createPostfixLogReader, queueIdsOf } from "./log.ts";
import { startCommand, startFiles } from "./start.ts";

/** A transport for each policy under each set-up, chosen by the envelope sender's domain. */
const transports = senderPolicies.flatMap((policy) =>
  senderSetups.map((setup) => ({
    name: transportName(policy, setup),
    senderBranch: setup === "plain" ? policy : `${policy}.${setup}`,
    policy,
    setup,
  })),
);

function transportName(policy: string, setup: string): string {
  return setup === "plain" ? `smtp-${policy}` : `smtp-${policy}-${setup}`;
}

/** main.cf. The queue is not run by itself: a message is tried again only when the harness asks for it. */
function mainCf(facts: LabFacts): string {
  return `# A reader that is slow for a while loses no line.
postlogd_watchdog_timeout = 300s
myhostname = ${facts.senderName}
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
mynetworks = 127.0.0.0/8 [::1]/128
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
inet_interfaces = loopback-only
inet_protocols = all
smtp_host_lookup = dns
# Without this, smtp_tls_security_level = dane silently means may.
smtp_dns_support_level = dnssec
smtp_tls_CAfile = /etc/postfix/trust-store.pem
smtp_tls_loglevel = 1
smtp_connect_timeout = 5s
smtp_helo_timeout = 10s
smtp_starttls_timeout = 10s
smtp_connection_cache_on_demand = no
# For tlsproxy, which holds the TLS sessions of connections that are kept for later messages: without a level it plays no
# client. Its own parameter for that has another name before 3.6.
smtp_tls_security_level = may
# Opened by tlsmgr; used by the transports of the set-up "caches" only.
smtp_tls_session_cache_database = btree:$data_directory/smtp_scache
# Mail to the lab's own sender domains (bounces) ends here.
transport_maps = texthash:/etc/postfix/own-domains, texthash:/etc/postfix/routes
# The envelope sender chooses the policy.
sender_dependent_default_transport_maps = texthash:/etc/postfix/policies
# A failed STARTTLS handshake is followed by clear text only once a message has waited this long.
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1h
default_process_limit = 25
max_use = 1000
default_destination_concurrency_limit = 20
in_flow_delay = 0
`;
}

function table(line: (one: (typeof transports)[number]) => string): string {
  return transports.map((one) => `${line(one)}\n`).join("");
}

function transport({ name, policy, setup }: (typeof transports)[number]): string {
  const caches = setup === "caches";
  return `${name} unix - - n - - smtp
  -o syslog_name=postfix/${name.slice("smtp-".length)}
  -o smtp_tls_security_level=${policy}
  -o smtp_connection_cache_destinations=${caches ? "static:all" : ""}
  -o smtp_tls_connection_reuse=${caches ? "yes" : "no"}
  -o smtp_dns_reply_filter=${setup === "dns-filter" ? "regexp:/etc/postfix/dns-filter" : ""}
  -o smtp_tls_session_cache_database=${caches ? "btree:$data_directory/smtp_scache" : ""}
  -o smtp_tls_dane_insecure_mx_policy=${/^insecure-mx-(.*)$/.exec(setup)?.[1] ?? "dane"}
`;
}

/** transport(5): "domain transport:[host]:port", without brackets where MX records are looked up. */
function routes({ routes: all }: LabFacts): string {
  return all
    .map(({ recipient, policy, setup, to, mx, port }) => {
      const nextHop = mx ? `${to}:${port}` : `[${to}]:${port}`;
      return `${recipient} ${transportName(policy, setup)}:${nextHop}\n`;
    })
    .join("");
}

const masterCf = `smtp inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsproxy unix - - n - 0 tlsproxy
smtp unix - - n - - smtp
${transports.map(transport).join("")}`;

const driver: SenderDriver = {
  role: "sender",
  name: "postfix",
  versions: [
    { version: "3.10", suite: "trixie" },
    { version: "3.5", suite: "bullseye" },
    { version: "3.7", suite: "bookworm" },
    { version: "3.11", suite: "forky" },
  ],
  dane: true,
  tls: "OpenSSL",
  policies: senderPolicies,
  setups: senderSetups,
  tmpfs: { "/var/spool/postfix": "mode=755" },
  versionCommand: ["postconf", "-dh", "mail_version"],
  command: startCommand,
  submission: { port: 25 },

  files: (facts) => [
    { path: "/etc/postfix/main.cf", content: mainCf(facts) },
    { path: "/etc/postfix/master.cf", content: masterCf },
    { path: "/etc/postfix/trust-store.pem", content: facts.trustStore },
    // A filter that looks at every record and takes none away.
    { path: "/etc/postfix/dns-filter", content: "/ IN TXT never-there$/ IGNORE\n" },
    { path: "/etc/postfix/routes", content: routes(facts) },
    {
      path: "/etc/postfix/own-domains",
      content: table(({ senderBranch }) => `${senderBranch}.${facts.senderName} discard:`),
    },
    {
      path: "/etc/postfix/policies",
      content: table(({ senderBranch, name }) => `@${senderBranch}.${facts.senderName} ${name}:`),
    },
    ...startFiles,
  ],

  queueId: (reply) => /queued as ([0-9A-Za-z]+)/.exec(reply)?.[1] ?? null,

  async retry(container, queueIds) {
    await runIn(container, ["sh", "-c", queueIds.map((id) => `postqueue -i ${id}`).join(" && ")]);
  },

  async queued(container) {
    // "-j" is not known before 3.1.
    return queueIdsOf(await runIn(container, ["postqueue", "-p"]));
  },

  /** What is deferred without a record of why: that is written by the process that delivers, and removed when it begins. */
  async struck(container) {
    // The records are looked at before and after: a message may come or go in between.
    const look = "cd /var/spool/postfix && find defer deferred defer -type f 2>/dev/null";
    const files = (await runIn(container, ["sh", "-c", `${look}; true`])).trim().split("\n");
    const idsIn = (queue: string) =>
      files.filter((file) => file.startsWith(`${queue}/`)).map((file) => file.replace(/^.*\//, ""));
    const explained = new Set(idsIn("defer"));
    return new Set(idsIn("deferred").filter((id) => !explained.has(id)));
  },

  createLogReader: createPostfixLogReader,

  nonsense: { path: "/etc/postfix/main.cf", line: "inet_protocols = nonsense" },

  // A "panic:" is no matter of set-up: it shows in the trial whose message it struck.
  misconfigured: (line) =>
    line.includes("dane configured with dnssec lookups disabled") ||
    line.includes("disabling TLS support") ||
    line.includes("DNSSEC validation may be unavailable") ||
    /\bfatal: /.test(line),
};

export default driver;
