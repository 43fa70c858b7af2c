import { once } from "node:events";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { HarnessError } from "../../harness/words/errors.ts";
import type { Upstream } from "./edge.ts";
import { LineSplitter, textOf } from "./lines.ts";
import { openDialogue, type Parties } from "./server-engine.ts";

/** The SMTP server itself. RFC 3207 section 4.2: after STARTTLS it knows nothing of what came before; so it is a new one. */
export function dialogue(parties: Parties): Upstream {
  return {
    open: () => openDialogue(parties, false),
    async secure(inClear) {
      inClear.destroy();
      const secured = openDialogue(parties, true);
      // The client had its greeting.
      await replyOf(secured);
      return secured;
    },
  };
}

/** The genuine server as an attacker reaches it: in clear, then under TLS of the attacker's own, if the server does TLS. */
export function genuineServer(connectTo: () => Duplex): Upstream {
  return {
    open: connectTo,
    async secure(inClear, serverName) {
      inClear.write("STARTTLS\r\n");
      const reply = await replyOf(inClear);
      return reply.startsWith("220") ? startTls(inClear, serverName) : inClear;
    },
  };
}

/** The last line of the next reply, which must be all that the server says. HarnessError: it closed instead. */
function replyOf(server: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = new LineSplitter();
    const settle = () => server.off("data", onData).off("close", onClose).pause();
    const onClose = () => {
      settle();
      reject(new HarnessError("the server closed the connection instead of a reply"));
    };
    const onData = (chunk: Buffer) => {
      const last = lines
        .push(chunk)
        .map(textOf)
        .find((line) => /^\d{3}(?!-)/.test(line));
      if (last === undefined) return;
      settle();
      resolve(last);
    };
    if (server.destroyed) onClose();
    else server.on("data", onData).on("close", onClose).resume();
  });
}

async function startTls(server: Duplex, serverName: string | null): Promise<TLSSocket> {
  const tls = connect({
    socket: server,
    ...(serverName === null ? {} : { servername: serverName }),
    // The attacker does not care who it talks to.
    rejectUnauthorized: false,
  });
  await Promise.race([once(tls, "secureConnect"), once(tls, "close")]);
  if (tls.destroyed) throw new HarnessError("the genuine server ended the handshake");
  return tls;
}
