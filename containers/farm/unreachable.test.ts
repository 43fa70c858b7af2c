import { expect, it } from "vitest";
import { portUnreachable } from "./unreachable.ts";

it("builds the message that a host sends on whose port nothing listens", () => {
  const message = portUnreachable({
    client: { address: "10.0.0.1", port: 40_000 },
    server: { address: "10.0.0.2", port: 53 },
    octets: 30,
  });
  const sum = (octets: Buffer): number => {
    let total = 0;
    for (let at = 0; at < octets.length; at += 2) total += octets.readUInt16BE(at);
    return (total & 0xffff) + (total >>> 16);
  };
  expect([...message.subarray(0, 2)]).toEqual([3, 3]);
  // RFC 1071: a message with the right checksum in it sums to ones.
  expect(sum(message)).toBe(0xffff);
  const ip = message.subarray(8, 28);
  expect(sum(ip)).toBe(0xffff);
  expect([...ip.subarray(12)]).toEqual([10, 0, 0, 1, 10, 0, 0, 2]);
  expect(ip.readUInt16BE(2)).toBe(20 + 8 + 30);
  const udp = message.subarray(28);
  expect([udp.readUInt16BE(0), udp.readUInt16BE(2), udp.readUInt16BE(4)]).toEqual([40_000, 53, 38]);
});
