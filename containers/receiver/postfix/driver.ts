import type { ReceiverDriver } from "../../../harness/lab/driver.ts";
import type { RealHost } from "../../../harness/model/facts.ts";
import type { PemChain } from "../../../harness/model/farm.ts";
import { createPostfixReceiverLogReader } from "./log.ts";

/** main.cf. Mail for whatever domain is taken, and goes nowhere: the log tells what was taken. */
const mainCf = `compatibility_level = 3.6
maillog_file = /dev/stdout
# A reader that is slow for a while loses no line.
postlogd_watchdog_timeout = 300s
myhostname = localhost.example
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
relay_domains = static:all
relay_transport = discard:
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
# What it remembers of an EHLO in clear shows.
smtpd_helo_required = yes
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
smtpd_tls_received_header = yes
# The farm's relay does not know BDAT (RFC 3030).
smtpd_discard_ehlo_keywords = chunking, silent-discard
# The log tells each command and reply, also under TLS, by the client's address and port.
smtpd_client_port_logging = yes
debug_peer_list = 127.0.0.0/8
debug_peer_level = 1
header_checks = regexp:/etc/postfix/header-checks
queue_run_delay = 1h
in_flow_delay = 0
`;

const masterCf = `cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

function folderOf({ port }: RealHost): string {
  return `/etc/postfix/hosts/${port}`;
}

/** Key first, then the chain from the leaf on (TLS_README): one file for each key type. */
function chainFiles(path: string, { key, chain, further = [] }: PemChain) {
  return [{ key, chain }, ...further].map((one, index) => ({
    path: `${path}-${index}.pem`,
    content: `${one.key.trimEnd()}\n${one.chain}`,
    mode: 0o600,
  }));
}

function sniFiles(host: RealHost) {
  return Object.entries(host.sni).map(([name, chain]) => ({
    name,
    files: chainFiles(`${folderOf(host)}/sni-${name}`, chain),
  }));
}

/** An smtpd for each host, so that each has a name and a certificate of its own also for clients that send no SNI. */
function service(host: RealHost): string {
  const own = chainFiles(`${folderOf(host)}/chain`, host.certificate).map(({ path }) => path);
  const hasSni = Object.keys(host.sni).length > 0;
  return `127.0.0.1:${host.port} inet n - n - - smtpd
  -o myhostname=${host.name}
  -o smtpd_tls_chain_files=${own.join(",")}
${hasSni ? `  -o tls_server_sni_maps=texthash:${folderOf(host)}/sni\n` : ""}`;
}

function hostFiles(host: RealHost) {
  const named = sniFiles(host);
  const map = named.map(({ name, files }) => `${name} ${files.map(({ path }) => path).join(" ")}\n`);
  return [
    ...chainFiles(`${folderOf(host)}/chain`, host.certificate),
    ...named.flatMap(({ files }) => files),
    ...(map.length > 0 ? [{ path: `${folderOf(host)}/sni`, content: map.join("") }] : []),
  ];
}

const driver: ReceiverDriver = {
  role: "receiver",
  name: "postfix",
  versions: [
    { version: "3.10", suite: "trixie" },
    { version: "3.7", suite: "bookworm" },
    { version: "3.11", suite: "forky" },
  ],
  tmpfs: { "/var/spool/postfix": "mode=755" },
  versionCommand: ["postconf", "-dh", "mail_version"],
  command: [
    "sh",
    "-c",
    "cp -a /var/spool/postfix.empty/. /var/spool/postfix/ && touch /var/spool/postfix/quick-start && exec postfix start-fg",
  ],

  files: (hosts) => [
    { path: "/etc/postfix/main.cf", content: mainCf },
    { path: "/etc/postfix/master.cf", content: `${masterCf}${hosts.map(service).join("")}` },
    { path: "/etc/postfix/header-checks", content: "/^X-Danelab-Canary:/ INFO\n" },
    ...hosts.flatMap(hostFiles),
  ],

  createLogReader: createPostfixReceiverLogReader,

  misconfigured: (line) =>
    line.includes("disabling TLS support") || /\bfatal: /.test(line) || /\bpanic: /.test(line),
};

export default driver;
