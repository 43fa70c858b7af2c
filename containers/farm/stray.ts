import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";

/** RFC 863: who gets it throws it away. */
const discardPort = 9;

/** Sends one UDP packet to the address. Error: the packet could not be sent (no route). */
export function sendStray(address: string, port = discardPort): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    socket.send("stray", port, address, (error) => {
      socket.close();
      if (error === null) resolve();
      else reject(error);
    });
  });
}
