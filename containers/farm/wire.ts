import { connect, type Socket } from "node:net";
import { HarnessError } from "../../harness/words/errors.ts";
import { normal } from "./behaviours.ts";
import type { EdgePolicy, Upstream } from "./edge.ts";
import { unedited } from "./relay.ts";

/** In front of a real server the edge changes nothing: it writes down what is said in clear, and TLS passes unread. */
export const wire: EdgePolicy = { ...normal, inClear: unedited, after220: { tunnel: null } };

export interface RealServer extends Upstream {
  /** The client's address and port as the server sees them: "127.0.0.1:40000"; undefined: it was not reached. */
  seenAs(): string | undefined;
}

/**
 * The server's log knows a session by the client's port alone. The system gives one port to several connections at once, where
 * they go to different ports: here each has its own, below those that the system gives and real servers have.
 */
const ports = { first: 10_000, count: 10_000 } as const;
let connections = 0;

/** A server of another program's in this network namespace. */
export function realServer(port: number, onFault: (message: string) => void): RealServer {
  let seen: string | undefined;
  return {
    open(): Socket {
      const localPort = ports.first + (connections++ % ports.count);
      const localAddress = "127.0.0.1";
      const socket = connect({ host: "127.0.0.1", port, localAddress, localPort, noDelay: true });
      socket.once("connect", () => {
        seen = `${socket.localAddress}:${socket.localPort}`;
      });
      socket.once("error", (error) => {
        if (seen === undefined) onFault(`the real server does not answer: ${error.message}`);
      });
      return socket;
    },
    secure: () => Promise.reject(new HarnessError("TLS of a real server is its own")),
    seenAs: () => seen,
  };
}
