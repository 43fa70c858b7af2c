import type { Socket } from "node:net";
import { SMTPServer } from "smtp-server";
import { SMTPConnection } from "smtp-server/lib/smtp-connection.js";
import { createLink } from "./link.ts";

/** Whom an SMTP dialogue is held with, and by whom. */
export interface Parties {
  /** FQDN in banner and EHLO reply. */
  readonly name: string;
  readonly localAddress: string;
  readonly remoteAddress: string;
}

const largestMessage = 1024 * 1024;

/**
 * Two smtp-servers hold the dialogues of all hosts: one in clear text, which offers STARTTLS, one for after the
 * handshake. Neither listens or does TLS: the edge in front of them (edge.ts) does, where each byte can be recorded
 * and STARTTLS be answered as a scenario asks for. Every sender, recipient and message is accepted.
 */
function createServer(secure: boolean): SMTPServer {
  const server = new SMTPServer({
    secure,
    secured: secure,
    authOptional: true,
    disabledCommands: ["AUTH"],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    heloResponse: "%s",
    size: largestMessage,
    rejectOversized: true,
    logger: false,
    onData(message, _session, done) {
      message.on("end", () => done());
      message.resume();
    },
  });
  // A client that goes away within a transaction: the edge records it.
  server.on("error", () => undefined);
  return server;
}

let clear: SMTPServer | undefined;
let secured: SMTPServer | undefined;

/** Starts a dialogue; the socket is the client's end, and the greeting comes first. */
export function openDialogue(parties: Parties, secure: boolean): Socket {
  clear ??= createServer(false);
  secured ??= createServer(true);
  const [client, server] = createLink();
  const connection = new SMTPConnection(secure ? secured : clear, server, {
    localAddress: parties.localAddress,
    remoteAddress: parties.remoteAddress,
  });
  connection.name = parties.name;
  connection.on("error", () => undefined);
  // Its init() does the same after a wait of 100 ms for clients that talk before the greeting.
  connection._setListeners(() => connection.connectionReady());
  return client;
}
