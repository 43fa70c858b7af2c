import type { LabFacts } from "../../../harness/model/facts.ts";

/** Sendmail's configuration, as the input of m4. What is set here differs from Debian's defaults. */

/** What keeps Sendmail waiting for a server or a name server. */
const timeouts = `define(\`confTO_CONNECT', \`5s')dnl
define(\`confTO_ICONNECT', \`5s')dnl
define(\`confTO_INITIAL', \`10s')dnl
define(\`confTO_HELO', \`10s')dnl
define(\`confTO_MAIL', \`10s')dnl
define(\`confTO_RCPT', \`10s')dnl
define(\`confTO_DATAINIT', \`10s')dnl
define(\`confTO_DATABLOCK', \`10s')dnl
define(\`confTO_DATAFINAL', \`10s')dnl
define(\`confTO_QUIT', \`2s')dnl
define(\`confTO_STARTTLS', \`10s')dnl
define(\`confTO_IDENT', \`0')dnl
define(\`confTO_RESOLVER_RETRANS', \`3s')dnl
define(\`confTO_RESOLVER_RETRY', \`2')dnl
`;

/** Ports besides 25 that mail is routed to: each takes a mailer of its own. */
function portsOf({ routes }: LabFacts): readonly number[] {
  return [...new Set(routes.map(({ port }) => port))].filter((port) => port !== 25);
}

/** As mailer/smtp.m4 defines esmtp. */
function mailer(port: number): string {
  return `Mesmtp${port},	P=[IPC], F=mDFMuXa, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP, E=\\r\\n, L=990,
	T=DNS/RFC822/SMTP,
	A=TCP $h ${port}
`;
}

export function configuration(facts: LabFacts): string {
  const { senderName } = facts;
  return `divert(-1)
include(\`/usr/share/sendmail/cf/m4/cf.m4')
divert(0)dnl
OSTYPE(\`debian')dnl
define(\`STATUS_FILE', \`')dnl
define(\`confDOMAIN_NAME', \`${senderName}')dnl
ifdef(\`BUILT_WITH_DANE', \`define(\`confDANE', \`true')')dnl
define(\`confTLS_FALLBACK_TO_CLEAR', \`true')dnl
define(\`confCACERT', \`/etc/mail/trust-store.pem')dnl
define(\`confCACERT_PATH', \`/etc/mail/no-certificates')dnl
define(\`confLOG_LEVEL', \`14')dnl
# Messages are tried only when they are asked for, however busy the machine is.
define(\`confDELIVERY_MODE', \`queueonly')dnl
define(\`confMIN_QUEUE_AGE', \`0')dnl
define(\`confQUEUE_LA', \`10000')dnl
define(\`confREFUSE_LA', \`10000')dnl
define(\`confDELAY_LA', \`10000')dnl
define(\`confSAFE_QUEUE', \`False')dnl
define(\`confDOUBLE_BOUNCE_ADDRESS', \`')dnl
define(\`confPRIVACY_FLAGS', \`goaway,noetrn')dnl
# Each process would look up the names of all its addresses.
define(\`confDONT_PROBE_INTERFACES', \`True')dnl
${timeouts}FEATURE(\`no_default_msa')dnl
DAEMON_OPTIONS(\`Name=MTA, Family=inet, Addr=127.0.0.1, Port=25')dnl
FEATURE(\`promiscuous_relay')dnl
FEATURE(\`accept_unresolvable_domains')dnl
FEATURE(\`accept_unqualified_senders')dnl
FEATURE(\`nocanonify')dnl
FEATURE(\`check_cert_altnames')dnl
FEATURE(\`mailertable', \`text -k0 -v1 /etc/mail/routes')dnl
MAILER(\`local')dnl
MAILER(\`smtp')dnl
MAILER_DEFINITIONS
# Mail to the lab's own sender domains (bounces) ends here.
Mvoid,	P=[FILE], F=lsDFMoqeu9, S=EnvFromL/HdrFromL, R=EnvToL/HdrToL, T=X-Unix/X-Unix/X-Unix,
	A=FILE /dev/null
${portsOf(facts).map(mailer).join("")}
# The envelope sender chooses the policy. D: no DANE.
LOCAL_CLT_FEATURES
R$*	$: $1 $| $&f
R$* $| $* @ may . $*	$# D
R$* $| $* @ encrypt . $*	$# D
R$* $| $* @ verify . $*	$# D

LOCAL_CONFIG
# \${verify} where there is TLS.
C{UnderTls}OK NO NOT FAIL TRUSTED

LOCAL_TLS_SERVER
R$*	$: $1 $| $&f
RTRUSTED $| $* @ dane-only . $*	$@ TRUSTED
R$* $| $* @ dane-only . $*	$#error $@ 4.7.5 $: "454 DANE is demanded, verify=" $1
R$={UnderTls} $| $* @ encrypt . $*	$@ $1
R$* $| $* @ encrypt . $*	$#error $@ 4.7.4 $: "454 TLS is demanded, verify=" $1
ROK $| $* @ verify . $*	$: <name> $&{server_name}
R<name> $* .	$: <name> $1
R<name> $={cert_altnames}	$@ OK
R<name> $*	$#error $@ 4.7.5 $: "454 certificate is for another name than " $1
R$* $| $* @ verify . $*	$#error $@ 4.7.5 $: "454 certificate not verified, verify=" $1
R$* $| $*	$@ $1
`;
}

/** mailertable: "domain mailer:host", the host in brackets where its MX records are not looked up. */
export function routes({ senderName, routes: all }: LabFacts): string {
  const lines = all.map(({ recipient, to, mx, port }) => {
    const mailerName = port === 25 ? "esmtp" : `esmtp${port}`;
    return `${recipient}	${mailerName}:${mx ? to : `[${to}]`}\n`;
  });
  return `${senderName}	void:nowhere\n.${senderName}	void:nowhere\n${lines.join("")}`;
}
