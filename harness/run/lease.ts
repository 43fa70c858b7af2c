import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HarnessError } from "../words/errors.ts";
import { subnets } from "../world/addresses.ts";

/** One of the lab's networks, held by this process alone, so that runs side by side do not overlap. */
export interface Lease {
  readonly subnet: number;
  release(): Promise<void>;
}

const folder = join(tmpdir(), "danelab-leases");

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Takes the first free network; one whose holder no longer lives is free. */
export async function leaseSubnet(): Promise<Lease> {
  await mkdir(folder, { recursive: true });
  for (let subnet = 1; subnet < subnets; subnet++) {
    const file = join(folder, String(subnet));
    const holder = Number(await readFile(file, "utf8").catch(() => "0"));
    if (holder > 0 && !alive(holder)) await rm(file, { force: true });
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      return { subnet, release: () => rm(file, { force: true }) };
    } catch {
      // Held by another run.
    }
  }
  throw new HarnessError(
    `all ${subnets - 1} lab networks are in use; end other runs of danelab, or remove ${folder}`,
  );
}
