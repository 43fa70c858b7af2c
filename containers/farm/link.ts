import type { Socket } from "node:net";
import { type Duplex, duplexPair } from "node:stream";

/**
 * A connection inside the process, for what stands behind an edge: no port, no address, no system call in between.
 * Its ends pass for TCP sockets.
 */
export function createLink(): readonly [Socket, Socket] {
  const [near, far] = duplexPair({ allowHalfOpen: false });
  // As with TCP, an end that is gone takes the other one with it.
  near.once("close", () => far.destroy());
  far.once("close", () => near.destroy());
  return [asSocket(near), asSocket(far)];
}

/** Adds what smtp-server and the edge use of a socket besides the stream. */
function asSocket(stream: Duplex): Socket {
  const socket = Object.assign(stream, {
    readyState: "open",
    setNoDelay: () => socket,
    // The edge limits the time of a session.
    setTimeout: () => socket,
    resetAndDestroy: () => stream.destroy(),
  });
  // Both node:tls and smtp-server ask for a net.Socket by type, but do with less.
  return socket as unknown as Socket;
}
