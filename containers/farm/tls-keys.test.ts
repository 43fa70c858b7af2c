import type { SecureVersion } from "node:tls";
import { afterEach, expect, it } from "vitest";
import type { FarmHost } from "../../harness/model/farm.ts";
import { until } from "../../harness/words/until.ts";
import { attackerCertificate } from "./fixtures.ts";
import { connectClient } from "./test-client.ts";
import { hostAt, startFarm, type TestFarm } from "./test-farm.ts";

/** TLS secrets as the farm tells them, against those of the client: both ends of a connection have the same. */

let farm: TestFarm | undefined;
afterEach(() => farm?.close());

const at = "127.0.0.2";

async function handshake(difference: Partial<FarmHost>, maxVersion: SecureVersion = "TLSv1.3") {
  farm = await startFarm(hostAt(at, difference));
  const client = await connectClient(at, farm.port);
  await client.hello();
  await client.command("STARTTLS");
  return { ...(await client.secure({ maxVersion })), farm };
}

it.each<[string, Partial<FarmHost>, SecureVersion, number]>([
  ["a receiver", {}, "TLSv1.3", 5],
  ["a receiver, TLS 1.2", {}, "TLSv1.2", 1],
  [
    "an attacker",
    { attacker: { does: "intercept", certificate: attackerCertificate, as: "normal" } },
    "TLSv1.3",
    5,
  ],
  [
    "a receiver behind an attacker that lets TLS through",
    { attacker: { does: "cut-after-handshake" } },
    "TLSv1.3",
    5,
  ],
])("of %s", async (_, difference, version, count) => {
  const { tls, keys, farm } = await handshake(difference, version);
  expect(tls.getProtocol()).toBe(version);
  expect(keys).toHaveLength(count);
  // The server's handshake ends a little later.
  await until(() => farm.keys.length >= count || undefined, { ms: 5_000, waitedFor: "the farm's secrets" });
  tls.destroy();
  await farm.session(difference.attacker ? "attacker" : "receiver");
  expect(farm.keys.map(({ line }) => line).sort()).toEqual([...keys].sort());
  expect(farm.keys).toContainEqual(expect.objectContaining({ localAddress: at, remoteAddress: "127.0.0.1" }));
});
