import type { LabFacts } from "../../../harness/model/facts.ts";

/** Exim's configuration: a router and a transport for each policy under each set-up, chosen by the envelope sender's domain. */

/** It cannot verify by the next-hop domain ("secure"), only by the host's name. */
export const eximPolicies = ["dane", "dane-only", "may", "encrypt", "verify"] as const;
const setups = ["plain", "caches"] as const;

const branches = eximPolicies.flatMap((policy) =>
  setups.map((setup) => ({
    name: `${policy}${setup === "plain" ? "" : `_${setup}`}`.replace("-", "_"),
    senderBranch: setup === "plain" ? policy : `${policy}.${setup}`,
    policy,
    setup,
  })),
);
type Branch = (typeof branches)[number];

/** Options of the smtp transport. hosts_try_dane is "*" where nothing is said. */
const optionsOf: Readonly<Record<(typeof eximPolicies)[number], readonly string[]>> = {
  dane: [],
  "dane-only": ["hosts_require_dane = *"],
  may: ["hosts_try_dane ="],
  encrypt: ["hosts_try_dane =", "hosts_require_tls = *"],
  verify: ["hosts_try_dane =", "hosts_require_tls = *", "tls_verify_hosts = *"],
};

/** TLS sessions are resumed since 4.95; connections are kept for messages that wait for the same host anyhow. */
const resumption = `.ifdef _OPT_TRANSPORT_SMTP_TLS_RESUMPTION_HOSTS
  tls_resumption_hosts = *
.endif`;

/** Mail that does not go by the recipient's MX first. */
function routers({ name, senderBranch }: Branch, { senderName }: LabFacts): string {
  return `literal_${name}:
  # Not the router ipliteral: its hosts have no name that TLS could verify, and 4.98 crashes.
  driver = manualroute
  senders = *@${senderBranch}.${senderName}
  domains = \\N^\\[\\N
  route_data = \${sg{$domain}{\\N[\\[\\]]|IPv6:\\N}{}} byname
  transport = ${name}

routed_${name}:
  driver = manualroute
  senders = *@${senderBranch}.${senderName}
  route_data = \${lookup{$domain}lsearch{/etc/exim4/routes-${name}}}
  host_find_failed = defer
  ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8 : ::1
  transport = ${name}

${name}:
  driver = dnslookup
  senders = *@${senderBranch}.${senderName}
  ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8 : ::1
  transport = ${name}
  no_more
`;
}

/** tls_tempfail_tryclear is left as it is: where TLS is not demanded, a handshake that fails is followed by clear text. */
function transport({ name, policy, setup }: Branch): string {
  return `${name}:
  driver = smtp
  connect_timeout = 5s
  command_timeout = 10s
  data_timeout = 10s
  final_timeout = 10s
  tls_verify_certificates = /etc/exim4/trust-store.pem
${setup === "caches" ? resumption : "  connection_max_messages = 1"}
${optionsOf[policy].map((option) => `  ${option}\n`).join("")}`;
}

export function configuration(facts: LabFacts): string {
  return `primary_hostname = ${facts.senderName}
local_interfaces = 127.0.0.1
daemon_smtp_ports = 25
# Messages are tried only when they are asked for.
queue_only = true
message_logs = false
smtp_accept_max = 0
smtp_accept_max_per_connection = 0
keep_environment =
rfc1413_query_timeout = 0s
tls_advertise_hosts =
chunking_advertise_hosts =
acl_smtp_rcpt = accept
allow_domain_literals = true
log_file_path = /var/log/exim4/%slog
log_selector = +millisec +pid +dnssec +tls_cipher +tls_certificate_verified +tls_sni +deliver_time +smtp_confirmation
syslog_duplication = false

begin routers

${branches.map((branch) => routers(branch, facts)).join("\n")}
begin transports

${branches.map(transport).join("\n")}
begin retry

* * F,1h,1s
`;
}

/** Keys and route_data of the manualroute routers: "domain: host::port bydns", "/MX" behind names whose MX records are looked up. */
export function routesFiles({
  routes,
}: LabFacts): readonly { readonly path: string; readonly content: string }[] {
  return branches.map(({ name, policy, setup }) => ({
    path: `/etc/exim4/routes-${name}`,
    content: routes
      .filter((route) => route.policy === policy && route.setup === setup)
      .map(({ recipient, to, mx, port }) => `${recipient}: ${to}${mx ? "/MX" : ""}::${port} bydns\n`)
      .join(""),
  }));
}
