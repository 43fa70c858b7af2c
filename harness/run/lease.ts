import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { BlockList, isIPv6 } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { HarnessError, messageOf } from "../words/errors.ts";
import { addressPlan, subnets } from "../world/addresses.ts";
import { isAlive } from "./alive.ts";

/** One of the lab's networks, held by this process alone, so that runs side by side do not overlap. */
export interface Lease {
  readonly subnet: number;
  release(): Promise<void>;
}

/** Users do not write into each other's folders; their labs show in the networks that the engine has. */
export const leaseFolder = join(tmpdir(), `danelab-leases-${userInfo().uid}`);

function holds(network: string, other: string): boolean {
  const [address = "", length] = network.split("/");
  const [inside = ""] = other.split("/");
  if (isIPv6(address) !== isIPv6(inside)) return false;
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(address, Number(length), family);
  return list.check(inside, family);
}

/**
 * Takes the first free network; one whose holder no longer lives is free. `taken`: networks (CIDR) that the engine has,
 * such as those of labs that were told to stay.
 */
export async function leaseSubnet(taken: readonly string[] = [], folder = leaseFolder): Promise<Lease> {
  await mkdir(folder, { recursive: true });
  for (let subnet = 1; subnet < subnets; subnet++) {
    const own = Object.values(addressPlan(subnet).network);
    if (taken.some((other) => own.some((one) => holds(one, other) || holds(other, one)))) continue;
    const file = join(folder, String(subnet));
    const holder = Number(await readFile(file, "utf8").catch(() => "0"));
    if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      return { subnet, release: () => rm(file, { force: true }) };
    } catch (error) {
      const held = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!held) throw new HarnessError(`a lab network cannot be taken: ${messageOf(error)}`);
    }
  }
  throw new HarnessError(
    `all ${subnets - 1} lab networks are in use; end other runs of danelab, or remove ${folder}`,
  );
}
