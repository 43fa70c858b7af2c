import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/**
 * OpenSMTPD's log (7.6, verbose). Lines of a session name the session and the server's address, and its result names the
 * session; where no session came to a result, only the domain is named. The verbose log tells the addresses of each domain's
 * MX hosts, which joins the two.
 */

const prefix = /^.*? smtpd\[\d+\]: /;
const envelopeLine = / smtp envelope evpid=([0-9a-f]{8})[0-9a-f]{8} .*to=<[^>]*@([^>@]+)>/;
const hostsLine = /^debug: MXs for domain (\S+):$/;
const hostLine = /^\t(\S+) preference \d+$/;
const connectingLine = /^([0-9a-f]{16}) mta connecting address=\S+?:\/\/(\S+):\d+ /;
const tlsLine = /^([0-9a-f]{16}) mta tls ciphers=(\S+)/;
const certificateLine = /^([0-9a-f]{16}) mta cert-check result="(\w+)"/;
const noCertificateLine = /^([0-9a-f]{16}) smtp cert-check result="no certificate presented"/;
const errorLine =
  /^(?:([0-9a-f]{16}) mta error reason=|smtp-out: Error on session ([0-9a-f]{16})(?: after \d+ messages? sent)?: )(.*)$/;
const deliveryLine =
  /^([0-9a-f]{16}) mta delivery evpid=([0-9a-f]{8})[0-9a-f]{8} .*? to=<([^>]*)> .*? relay="(.*?)" delay=\S+ result="(\w+)" stat="(.*)"$/;
const sessionLine = /^([0-9a-f]{16}) mta /;

/** smtpd/mta.c, mta_session.c, dns.c and libtls, most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/not present in server certificate/i, "name-mismatch"],
  [/certificate has expired|certificate is not yet valid/i, "certificate-expired"],
  [/certificate verif/i, "certificate-does-not-match"],
  [/TLS required but not supported/i, "starttls-not-offered"],
  [/EHLO rejected/i, "starttls-not-offered"],
  [/STARTTLS rejected/i, "starttls-refused"],
  [/IO Error: .*(SSL|TLS|handshake|alert|certificate|routines)/i, "handshake-failed"],
  [/Temporary failure in MX lookup/i, "mx-lookup-failed"],
  [/does not accept mail/i, "null-mx"],
  [/Domain does not exist|No MX found|Invalid domain name|Host not found/i, "domain-not-found"],
  [/(HELO|BANNER) rejected|^[45]\d\d[ -]|^[45]\d\d$/i, "server-refused"],
  [
    /Network error on destination|No valid route|IO Error|Connection (closed|timeout|failed|refused)|unreachable|Bad response|too much data/i,
    "connection-failed",
  ],
];

function reasonOf(text: string): Reason {
  return reasonsByText.find(([pattern]) => pattern.test(text))?.[1] ?? "other";
}

interface Session {
  readonly domain: string | undefined;
  tls: ClaimedAttempt["tls"];
}

export function createOpensmtpdLogReader(): LogReader {
  /** The last message for each domain. */
  const messages = new Map<string, string>();
  const domains = new Map<string, string>();
  const sessions = new Map<string, Session>();
  /** What went wrong last with a host of the domain. */
  const errors = new Map<string, string>();
  let described: string | undefined;

  const domainOf = (line: string): string | undefined => {
    const connecting = connectingLine.exec(line);
    if (connecting) return domains.get(connecting[2] ?? "");
    const error = errorLine.exec(line);
    const id = error ? (error[1] ?? error[2]) : sessionLine.exec(line)?.[1];
    return id === undefined ? undefined : sessions.get(id)?.domain;
  };

  return {
    read(whole) {
      const line = whole.replace(prefix, "");
      const envelope = envelopeLine.exec(line);
      if (envelope) messages.set((envelope[2] ?? "").toLowerCase(), envelope[1] ?? "");
      const hosts = hostsLine.exec(line);
      if (hosts) described = hosts[1]?.toLowerCase();
      const host = hostLine.exec(line);
      if (host && described !== undefined) domains.set(host[1] ?? "", described);
      const connecting = connectingLine.exec(line);
      if (connecting) sessions.set(connecting[1] ?? "", { domain: domainOf(line), tls: "none" });
      const tls = tlsLine.exec(line);
      if (tls) {
        const session = sessions.get(tls[1] ?? "");
        if (session) session.tls = "untrusted";
      }
      const certificate = certificateLine.exec(line);
      if (certificate?.[2] === "valid") {
        const session = sessions.get(certificate[1] ?? "");
        if (session) session.tls = "trusted";
      }
      const anonymous = sessions.get(noCertificateLine.exec(line)?.[1] ?? "");
      if (anonymous) anonymous.tls = "anonymous";
      const error = errorLine.exec(line);
      const failed = domainOf(line);
      if (error && failed !== undefined) errors.set(failed, error[3] ?? "");

      const delivery = deliveryLine.exec(line);
      if (!delivery) return undefined;
      const [, id = "", , recipient = "", relay = "", result = "", text = ""] = delivery;
      const domain = recipient.slice(recipient.lastIndexOf("@") + 1).toLowerCase();
      const session = sessions.get(id);
      const earlier = errors.get(domain);
      errors.delete(domain);
      const sent = result === "Ok";
      return {
        recipient,
        attempt: {
          status: sent ? "sent" : result === "TempFail" ? "deferred" : "bounced",
          tls: session?.tls ?? "none",
          // Without a session the result only says that there is no way left.
          reason: sent
            ? null
            : reasonOf(session === undefined && earlier !== undefined ? `${earlier}, ${text}` : text),
          relay: session === undefined ? null : relay,
          dsn: /^[245]\d\d ([245]\.\d+\.\d+) /.exec(text)?.[1] ?? null,
          text: session === undefined && earlier !== undefined ? `${earlier}; ${text}` : text,
        },
      };
    },

    queueId(whole) {
      const line = whole.replace(prefix, "");
      const named = deliveryLine.exec(line)?.[2] ?? envelopeLine.exec(line)?.[1];
      if (named !== undefined) return named;
      const domain = domainOf(line);
      return domain === undefined ? null : (messages.get(domain) ?? null);
    },
  };
}
