import type { FileToCopy, RealHost } from "../../../harness/model/facts.ts";
import type { PemChain } from "../../../harness/model/farm.ts";

/** Sendmail's configuration, common to the daemons of all hosts, and the list of these. */

const folder = "/etc/mail/hosts";

/** The input of m4. All mail is accepted, and goes nowhere. The address and port of the client stand only in what a ruleset logs. */
const common = `divert(-1)
include(\`/usr/share/sendmail/cf/m4/cf.m4')
divert(0)dnl
OSTYPE(\`debian')dnl
define(\`STATUS_FILE', \`')dnl
define(\`HOST_STATUS_DIRECTORY', \`')dnl
define(\`confDOMAIN_NAME', \`localhost.example')dnl
define(\`confCACERT_PATH', \`/etc/mail/no-certificates')dnl
# No certificate is asked of clients.
define(\`confTLS_SRV_OPTIONS', \`V')dnl
define(\`confLOG_LEVEL', \`14')dnl
define(\`confDELIVERY_MODE', \`queueonly')dnl
define(\`confQUEUE_LA', \`10000')dnl
define(\`confREFUSE_LA', \`10000')dnl
define(\`confDELAY_LA', \`10000')dnl
define(\`confSAFE_QUEUE', \`False')dnl
define(\`confDONT_PROBE_INTERFACES', \`True')dnl
define(\`confTO_IDENT', \`0')dnl
# What it remembers of an EHLO in clear shows.
define(\`confPRIVACY_FLAGS', \`needmailhelo')dnl
FEATURE(\`no_default_msa')dnl
FEATURE(\`accept_unresolvable_domains')dnl
FEATURE(\`accept_unqualified_senders')dnl
FEATURE(\`nocanonify')dnl
LOCAL_CONFIG
Klog syslog
MAILER(\`local')dnl
MAILER(\`smtp')dnl
LOCAL_RULESETS
SLocal_check_relay
R$*	$: $(log client=$&{client_addr}:$&{client_port} $) $1
SLocal_check_rcpt
R$*	$#discard $: discard
`;

function chainFiles(port: number, { key, chain, further = [] }: PemChain) {
  const all = [{ key, chain }, ...further].map((one, index) => ({
    ...{ key: `${folder}/${port}-${index}.key`, chain: `${folder}/${port}-${index}.chain` },
    content: one,
  }));
  return {
    files: all.flatMap(({ key, chain: path, content }): readonly FileToCopy[] => [
      { path, content: content.chain },
      { path: key, content: content.key, mode: 0o600 },
    ]),
    certificates: all.map((one) => one.chain).join(","),
    keys: all.map((one) => one.key).join(","),
  };
}

/** As a server Sendmail knows no SNI: further certificates by name are left out. */
export function configurationFiles(hosts: readonly RealHost[]): readonly FileToCopy[] {
  const own = hosts.map((host) => ({ host, ...chainFiles(host.port, host.certificate) }));
  return [
    { path: "/etc/mail/danelab.mc", content: common },
    {
      path: `${folder}/list`,
      content: own
        .map(({ host, certificates, keys }) => `${host.port} ${host.name} ${certificates} ${keys}\n`)
        .join(""),
    },
    ...own.flatMap(({ files }) => files),
  ];
}
