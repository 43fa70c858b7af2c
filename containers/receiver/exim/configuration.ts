import type { FileToCopy, RealHost } from "../../../harness/model/facts.ts";
import type { PemChain } from "../../../harness/model/farm.ts";

/** Exim's configuration: one daemon for all hosts, which finds name and certificates by the port, and by SNI where it is sent. */

const folder = "/etc/exim4/hosts";

/** The files of one set of certificates, and the lists of their paths as tls_certificate and tls_privatekey take them. */
function chainFiles(name: string, { key, chain, further = [] }: PemChain) {
  const path = `${folder}/${name}`;
  const all = [{ key, chain }, ...further];
  return {
    files: all.flatMap((one, index): readonly FileToCopy[] => [
      { path: `${path}-${index}.chain`, content: one.chain },
      // Exim reads it as its own user, after the daemon has given up root.
      { path: `${path}-${index}.key`, content: one.key, mode: 0o644 },
    ]),
    paths: all.map((_, index) => `${path}-${index}.KIND`).join(" : "),
  };
}

/** A lookup's value is not tainted; what the client sends is. */
function found(kind: "chain" | "key"): string {
  const at = (key: string, otherwise: string) =>
    `\${lookup{${key}}lsearch{${folder}/chains}{\${sg{$value}{KIND}{${kind}}}}${otherwise}}`;
  return at("$received_port/$tls_in_sni", `{${at("$received_port", "")}}`);
}

function mainConfiguration(hosts: readonly RealHost[]): string {
  return `primary_hostname = localhost.example
local_interfaces = <; ${hosts.map(({ port }) => `127.0.0.1.${port}`).join(" ; ")}
smtp_active_hostname = \${lookup{$received_port}lsearch{${folder}/names}}
tls_advertise_hosts = *
tls_certificate = ${found("chain")}
tls_privatekey = ${found("key")}
# The farm's relay does not know BDAT (RFC 3030).
chunking_advertise_hosts =
smtp_accept_max = 0
smtp_accept_max_per_connection = 0
smtp_accept_queue = 0
smtp_connect_backlog = 200
# It is the network namespace's own, and there may be Exims of several versions in it.
.ifdef _OPT_MAIN_NOTIFIER_SOCKET
notifier_socket =
.endif
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept
acl_smtp_data = taken
log_file_path = syslog
# So that the client's port is told.
log_selector = +incoming_port

begin acl

# All mail is accepted, and goes nowhere.
taken:
  discard log_message = canary=$h_x-danelab-canary:
`;
}

export function configurationFiles(hosts: readonly RealHost[]): readonly FileToCopy[] {
  const own = hosts.map((host) => ({
    host,
    certificate: chainFiles(`${host.port}`, host.certificate),
    named: Object.entries(host.sni).map(([name, chain]) => ({
      name,
      ...chainFiles(`${host.port}-${name}`, chain),
    })),
  }));
  const chains = own.flatMap(({ host: { port }, certificate, named }) => [
    `${port}: ${certificate.paths}\n`,
    ...named.map(({ name, paths }) => `${port}/${name}: ${paths}\n`),
  ]);
  return [
    { path: "/etc/exim4/exim4.conf", content: mainConfiguration(hosts) },
    { path: `${folder}/names`, content: hosts.map(({ port, name }) => `${port}: ${name}\n`).join("") },
    { path: `${folder}/chains`, content: chains.join("") },
    ...own.flatMap(({ certificate, named }) => [certificate, ...named].flatMap(({ files }) => files)),
  ];
}
