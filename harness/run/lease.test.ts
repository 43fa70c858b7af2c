import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addressPlan } from "../world/addresses.ts";
import { type Lease, leaseSubnet } from "./lease.ts";

const folder = await mkdtemp(join(tmpdir(), "danelab-lease-test-"));
afterAll(() => rm(folder, { recursive: true }));

const lease = (taken: readonly string[] = []): Promise<Lease> => leaseSubnet(taken, folder);

test("no two hold the same network; a released one is free again", async () => {
  const [first, second] = [await lease(), await lease()];
  expect(second.subnet).not.toBe(first.subnet);
  await first.release();
  expect((await lease()).subnet).toBe(first.subnet);
});

test("a network whose holder is gone is free", async () => {
  const { subnet, release } = await lease();
  await release();
  const file = join(folder, String(subnet));
  await writeFile(file, String(spawnSync(process.execPath, ["--version"]).pid));
  expect((await lease()).subnet).toBe(subnet);
  expect(await readFile(file, "utf8")).toBe(String(process.pid));
});

test.for([
  ["the same network", (free: number) => addressPlan(free).network.ipv4],
  ["a part of it", (free: number) => `${addressPlan(free).mxHost(0).ipv4}/32`],
  ["its IPv6 network", (free: number) => addressPlan(free).network.ipv6],
] as const)("a network of the engine is left alone: %s", async ([, taken]) => {
  const { subnet, release } = await lease();
  await release();
  expect((await lease([taken(subnet)])).subnet).not.toBe(subnet);
});

test("where the engine has all of them, it says what to do", async () => {
  await expect(lease(["198.18.0.0/15"])).rejects.toThrow(/all 7 lab networks are in use; end other runs/);
});
