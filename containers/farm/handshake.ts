import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { PemChain, TlsState } from "../../harness/model/farm.ts";
import { messageOf } from "../../harness/words/errors.ts";
import { credentialsOf, servedFingerprint, type TlsSettings } from "./certificates.ts";
import { type ClientHello, rawPublicKey, readFirstFlight } from "./client-hello.ts";
import { textOf } from "./lines.ts";
import { RawPublicKeyServer } from "./raw-public-key.ts";
import type { Recorder } from "./recorder.ts";
import { type AlertName, alert, readAlert, serverHello } from "./tls-records.ts";

/**
 * What the client meets after the 220 to STARTTLS: a closed connection at once, or, as soon as its ClientHello is there,
 * TLS, a reset, the end of the connection, no answer, an alert, a line of text, or a server that speaks what OpenSSL no
 * longer does.
 */
export type After220 =
  | "close"
  | "handshake"
  /** TLS that shows a bare public key to clients that ask for it (RFC 7250). */
  | "raw-public-key"
  | "reset"
  | "end"
  | "silence"
  | { readonly alert: AlertName }
  | { readonly says: string }
  | OldServer;

/**
 * It answers with a ServerHello if the client offers one of its suites, else with handshake_failure. That shows whether
 * the client goes along, which is where it ends.
 */
export interface OldServer {
  readonly version: "SSLv3" | "TLSv1.2";
  /** Numbers of cipher suites; null: whatever the client names first that is not of TLS 1.3. */
  readonly suites: readonly number[] | null;
}

export interface TlsServer extends TlsSettings {
  readonly clientCertificate: "not-asked" | "asked" | "demanded";
  /** RFC 8446 section 9.2: a ClientHello without server_name is answered with missing_extension. */
  readonly needsServerName: boolean;
  /** A warning before the ServerHello (TLS 1.2). */
  readonly warns: AlertName | null;
}

export interface HandshakeParts {
  readonly client: Socket;
  readonly recorder: Recorder;
  readonly after220: After220;
  readonly tls: TlsServer;
  certificateFor(serverName: string | null): PemChain;
  /** The handshake begins: the connection ends with this stream. */
  onBegin(tls: Duplex): void;
  onSecured(tls: Duplex, serverName: string | null): void;
  /** TLS secrets of the session: a line of the NSS key log format. */
  onKey(line: string): void;
  /** From now on the client gets no answer. */
  onSilence(): void;
  onFault(message: string): void;
}

/** RFC 8446 appendix B.4: the high octet of its cipher suites. */
const tls13Suites = 0x13;
/** OpenSSL refused the ClientHello, in contrast to what the client sent later: an alert, or one of a version too high. */
const isOwnRefusal = /^ERR_SSL_(?!.*ALERT|WRONG_VERSION_NUMBER)/;
/** Of a client that does not begin TLS: OpenSSL says what is wrong with it. */
const noHello: ClientHello = { serverName: null, suites: [], serverCertificateTypes: [] };

/** OpenSSL's reason where there is one, without the places in its source that stand around it. */
function reasonOf(error: Error): string {
  return "reason" in error && typeof error.reason === "string" ? error.reason : error.message.trim();
}

/** What follows the 220 to STARTTLS. */
export function beginTls(parts: HandshakeParts): void {
  const { client, recorder, after220, tls } = parts;
  if (after220 === "close") {
    recorder.note("connection closed after the 220");
    client.end(() => client.destroy());
    return;
  }
  awaitClientHello(client, recorder, (hello) => {
    const { serverName } = hello;
    recorder.clientHello(serverName);
    if (typeof after220 === "object") {
      if ("alert" in after220) sendAlert(parts, after220.alert);
      else if ("says" in after220) sayInClear(parts, after220.says);
      else answerAsOldServer(parts, after220, hello);
    } else if (after220 === "reset") {
      recorder.tlsFailed("answered the ClientHello with a TCP reset");
      client.resetAndDestroy();
    } else if (after220 === "end") {
      recorder.tlsFailed("closed the connection at the ClientHello");
      client.end(() => client.destroy());
    } else if (after220 === "silence") {
      recorder.tlsFailed("did not answer the ClientHello");
      client.resume();
      parts.onSilence();
    } else if (after220 === "raw-public-key") {
      handshakeWithRawKey(parts, hello);
    } else if (tls.needsServerName && serverName === null) {
      sendAlert(parts, "missing_extension");
    } else {
      handshake(parts, hello);
    }
  });
}

function awaitClientHello(client: Socket, recorder: Recorder, then: (hello: ClientHello) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const onEnd = () => recorder.tlsFailed("connection closed before a ClientHello came");
  const onData = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const flight = readFirstFlight(bytes);
    if (flight.is === "incomplete") return;
    client.off("data", onData).off("end", onEnd).pause();
    client.unshift(bytes);
    then(flight.is === "client-hello" ? flight : noHello);
  };
  client.on("data", onData).once("end", onEnd).resume();
}

function sendAlert({ client, recorder }: HandshakeParts, name: AlertName): void {
  // RFC 8446 section 6.1: these are no errors.
  const level = name === "close_notify" || name === "user_canceled" ? "warning" : "fatal";
  recorder.tlsFailed(`answered the ClientHello with a ${level} ${name} alert`);
  client.end(alert(level, name), () => client.destroy());
}

function sayInClear({ client, recorder }: HandshakeParts, text: string): void {
  recorder.tlsFailed(`answered the ClientHello in clear: ${text}`);
  client.end(`${text}\r\n`, () => client.destroy());
}

function answerAsOldServer(parts: HandshakeParts, { version, suites }: OldServer, hello: ClientHello): void {
  const { client, recorder } = parts;
  const [suite] = hello.suites.filter((one) => suites?.includes(one) ?? one >> 8 !== tls13Suites);
  if (suite === undefined) {
    sendAlert(parts, "handshake_failure");
    return;
  }
  recorder.tlsFailed(`chose ${version} and cipher suite 0x${suite.toString(16).padStart(4, "0")}`);
  // The rest of the ClientHello's bytes are in the stream once more.
  client.once("data", () => {
    client.once("data", (answer: Buffer) => {
      const refusal = readAlert(answer);
      recorder.note(refusal === null ? "the client went along" : `the client sent the alert ${refusal}`);
    });
  });
  client.resume();
  client.end(serverHello(version, suite));
}

function handshakeWithRawKey(parts: HandshakeParts, hello: ClientHello): void {
  const { client, recorder } = parts;
  const { serverName, serverCertificateTypes } = hello;
  const certificate = parts.certificateFor(serverName);
  const isAsked = serverCertificateTypes.includes(rawPublicKey);
  recorder.note(isAsked ? "the client takes a raw public key" : "the client takes no raw public key");
  const tls = new RawPublicKeyServer(client, certificate);
  parts.onBegin(tls);
  tls.on("error", (error) => recorder.tlsFailed(error.message));
  tls.on("keylog", parts.onKey);
  tls.once("secure", (state: TlsState) => {
    const { fingerprint } = credentialsOf(certificate, parts.tls);
    if (fingerprint !== null && !isAsked) recorder.certificateServed(fingerprint);
    recorder.tlsEstablished(state, false);
    parts.onSecured(tls, serverName);
  });
}

function handshake(parts: HandshakeParts, hello: ClientHello): void {
  const { client, recorder, tls: server } = parts;
  const { serverName } = hello;
  try {
    const certificate = parts.certificateFor(serverName);
    const { context, fingerprint } = credentialsOf(certificate, server);
    if (server.warns !== null) {
      recorder.note(`sent the warning ${server.warns}`);
      client.write(alert("warning", server.warns));
    }
    const asks = server.clientCertificate !== "not-asked";
    if (asks) recorder.clientCertificate("asked");
    const tls = new TLSSocket(client, {
      isServer: true,
      secureContext: context,
      requestCert: asks,
      rejectUnauthorized: server.clientCertificate === "demanded",
    });
    let established = false;
    const failed = (reason: string, code: string) => {
      // The server's certificate goes out in the flight that answers the ClientHello, unless that was refused.
      const answered = hello !== noHello && !isOwnRefusal.test(code);
      if (answered && fingerprint !== null) recorder.certificateServed(fingerprint);
      recorder.tlsFailed(reason);
    };
    tls.once("close", () => {
      if (!established) failed("connection closed during the handshake", "");
    });
    parts.onBegin(tls);
    tls.on("keylog", (line: Buffer) => parts.onKey(textOf(line)));
    tls.on("error", (error: NodeJS.ErrnoException) => {
      if (established) recorder.note(reasonOf(error));
      else failed(reasonOf(error), error.code ?? "");
      established = true;
    });
    tls.once("secure", () => {
      established = true;
      const resumed = tls.isSessionReused();
      // Of several, OpenSSL knows which it took.
      const served = (certificate.further && servedFingerprint(tls)) ?? fingerprint;
      if (served !== null && !resumed) recorder.certificateServed(served);
      if (asks && tls.getPeerX509Certificate() !== undefined) recorder.clientCertificate("given");
      const state = { version: tls.getProtocol() ?? "unknown", cipher: tls.getCipher().standardName };
      recorder.tlsEstablished(state, resumed);
      parts.onSecured(tls, serverName);
    });
  } catch (thrown) {
    parts.onFault(`cannot begin TLS: ${messageOf(thrown)}`);
    client.destroy();
  }
}
