import { isIPv6, SocketAddress } from "node:net";

/** The one text form of an address that stands in records: IPv4 dotted also where IPv6 maps it, IPv6 as in RFC 5952. */
export function normaliseAddress(address: string): string {
  const text = address.toLowerCase().replace(/%.*$/, "");
  if (!isIPv6(text)) return text;
  const canonical = new SocketAddress({ address: text, family: "ipv6" }).address;
  return canonical.replace(/^::ffff:(?=\d+\.)/, "");
}
