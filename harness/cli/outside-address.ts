import { createSocket } from "node:dgram";
import { isIP, isIPv6 } from "node:net";
import { messageOf, UsageError } from "../words/errors.ts";

/** Addresses in the options for servers outside the lab. `option` is what the user wrote them behind: "--resolver". */

export const externalPrefix = "external:";

/** undefined: one of danelab's own programs is wanted, or none. UsageError: no address stands behind "external:". */
export function externalAddress(option: string, wanted: string | undefined): string | undefined {
  if (!wanted?.startsWith(externalPrefix)) return undefined;
  const address = wanted.slice(externalPrefix.length);
  if (isIP(address) === 0)
    throw new UsageError(`${option} ${wanted}: "${address}" is no IP address; write external:192.0.2.1`);
  return address;
}

/** "192.0.2.1", "192.0.2.1:53", "[2001:db8::1]:53" */
export function placeOf(
  option: string,
  text: string,
  usualPort: number,
): { readonly address: string; readonly port: number } {
  const [, address = "", port = String(usualPort)] = /^\[?([0-9a-fA-F.:]+?)\]?(?::(\d+))?$/.exec(text) ?? [];
  if (isIP(address) === 0 || Number(port) > 65_535)
    throw new UsageError(
      `${option} ${text}: write an IP address of this machine, with a port behind it or not`,
    );
  return { address, port: Number(port) };
}

/** The address that this machine uses to speak to the other. */
export async function addressToward(option: string, address: string): Promise<string> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(53, address, resolve);
    });
    return socket.address().address;
  } catch (error) {
    throw new UsageError(
      `${option} ${externalPrefix}${address}: this machine has no way to it: ${messageOf(error)}`,
    );
  } finally {
    socket.close();
  }
}
