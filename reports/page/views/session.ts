import { asServerLogged, type Session } from "../../../harness/model/farm.ts";
import { visible } from "../../shared/characters.ts";
import { type Html, html, type Piece } from "../html.ts";
import { facts } from "./facts.ts";

/** One SMTP session as its server end saw it, with its transcript. */
export function sessionHtml(session: Session, first: number, canary: string): Html {
  const { host, localAddress, remoteAddress, start, end, tls, tlsError, sni, certificate, accepted } =
    session;
  return html`<div class="session"><p class="session-head"><b>${host}</b> ${localAddress}, from ${remoteAddress}, after ${start - first} ms, for ${end - start} ms</p>
${facts([
  ["TLS", tls ? `${tls.version}, ${tls.cipher}` : "none"],
  ["Handshake", tlsError],
  ["SNI", sni ?? "not sent"],
  ["Certificate", certificate ? html`<code>SHA-256 ${certificate}</code>` : noCertificate(session)],
  ["Client's", session.clientCertificate ? clientCertificates[session.clientCertificate] : null],
  ["Message", accepted ? "accepted" : "not accepted"],
  ["Canary", canaryTold(session, canary)],
])}
<pre class="transcript" tabindex="0">${session.transcript.map(transcriptLine)}</pre></div>`;
}

const clientCertificates = {
  asked: "the server asked for a certificate and got none",
  given: "the server asked for a certificate and got one",
};

function noCertificate({ resumed, transcript }: Session): string {
  if (transcript.includes(asServerLogged)) return "not seen: TLS passed unread";
  return resumed ? "none served: an earlier TLS session was taken up again" : "none served";
}

/** Who could read the message. */
export function canaryTold(session: Session, canary: string): Piece {
  if (session.canary === null) return "not seen";
  if (session.canary !== canary)
    return html`<b class="alarm">another message's: ${visible(session.canary)}</b>`;
  if (session.canaryInClear) return html`<b class="alarm">read, in clear text on the wire</b>`;
  if (session.witness === "attacker") return html`<b class="alarm">read by the attacker</b>`;
  return "read, inside TLS";
}

function transcriptLine(line: string): Html {
  const kind = line.startsWith("C: ") ? "client" : line.startsWith("S: ") ? "server" : "event";
  return html`<span class="${kind}">${visible(line)}
</span>`;
}
