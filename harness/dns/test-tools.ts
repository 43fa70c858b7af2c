import { randomBytes } from "node:crypto";
import type { FileToCopy, RunningContainer } from "../lab/engine.ts";
import { ensureEngine } from "../lab/host.ts";
import { prepareImages, type WantedImage } from "../lab/images.ts";
import { runLabel } from "../lab/lab.ts";
import { defaultImages } from "../lab/programs.ts";
import { leaseSubnet } from "../run/lease.ts";
import { ownerLabels } from "../run/sweep.ts";
import { HarnessError } from "../words/errors.ts";
import { addressPlan } from "../world/addresses.ts";

/** For lab tests: one sealed container with what others make of danelab's work. */
export interface Tools {
  copy(files: readonly FileToCopy[]): Promise<void>;
  /** Runs a shell script; standard output and error, in the order they were written. */
  run(script: string): Promise<string>;
  close(): Promise<void>;
}

/** The farm's image holds ldns-verify-zone, dnssec-verify and openssl. */
function farmImage(): WantedImage {
  const [farm] = defaultImages({ senders: [], resolvers: [], authorities: [], receivers: [], verifiers: [] });
  if (!farm) throw new HarnessError("there is no image of the farm");
  return farm;
}

export async function startTools(wanted = farmImage()): Promise<Tools> {
  const engine = await ensureEngine(console.warn);
  const [image] = (await prepareImages(engine, [wanted], console.warn)).values();
  if (!image) throw new HarnessError(`the image ${wanted.name} was not made`);

  const lease = await leaseSubnet(await engine.subnets());
  const name = `danelab-tools-${randomBytes(3).toString("hex")}`;
  const labels = { [runLabel]: name, ...ownerLabels(false) };
  const { network, farm: address } = addressPlan(lease.subnet);
  const join = { name, ...network, labels };
  let container: RunningContainer | undefined;
  const close = async (): Promise<void> => {
    await container?.remove();
    await engine.removeNetwork(name);
    await lease.release();
  };
  try {
    await engine.createNetwork(join);
    container = await engine.start({
      name,
      image: image.reference,
      command: ["sleep", "infinity"],
      labels,
      network: { join, ...address },
      files: [],
      capabilities: [],
      tmpfs: {},
    });
  } catch (error) {
    await close();
    throw error;
  }
  const { copy, exec } = container;
  return {
    copy,
    async run(script) {
      const { exitCode, stdout } = await exec(["sh", "-c", `exec 2>&1\n${script}`]);
      if (exitCode !== 0) throw new HarnessError(`exit status ${exitCode}: ${stdout.slice(-2000)}`);
      return stdout;
    },
    close,
  };
}
