import { join } from "node:path";
import { bundleFarm } from "../../containers/farm/bundle.ts";
import type { Program, Stack } from "../model/plan.ts";
import { programId } from "../model/plan.ts";
import type { ProgramResult } from "../model/results.ts";
import { HarnessError } from "../words/errors.ts";
import { home } from "../words/places.ts";
import type { Driver } from "./driver.ts";
import type { Engine } from "./engine.ts";
import { keyOf, prepareImages, type ReadyImage, type WantedImage } from "./images.ts";
import type { LabPrograms } from "./lab.ts";
import type { Tell } from "./progress.ts";
import type { Found, Registry } from "./registry.ts";

/** The programs of a run with their images ready, and what the results say of them. */
export interface PreparedPrograms {
  readonly programs: LabPrograms;
  readonly described: readonly ProgramResult[];
}

const farmImage: WantedImage = {
  name: "farm",
  folder: join(home, "containers", "farm"),
  suite: "trixie",
};

function find<D extends Driver>(found: readonly Found<D>[], program: Program): Found<D> {
  const one = found.find(({ driver }) => driver.name === program.name);
  if (!one) throw new HarnessError(`no driver for ${programId(program)}`);
  return one;
}

function wanted({ driver, folder }: Found<Driver>, version: string): WantedImage {
  const suite = driver.versions.find((one) => one.version === version)?.suite ?? "trixie";
  return { name: `${driver.role}-${driver.name}`, folder, suite };
}

/** The images of all drivers in their default versions, and the farm's. */
export function defaultImages({ senders, resolvers, authorities }: Registry): readonly WantedImage[] {
  const found: readonly Found<Driver>[] = [...authorities, ...resolvers, ...senders];
  return [farmImage, ...found.map((one) => wanted(one, one.driver.versions[0]?.version ?? ""))];
}

export async function preparePrograms(
  engine: Engine,
  registry: Registry,
  stacks: readonly Stack[],
  progress: Tell,
): Promise<PreparedPrograms> {
  const authority = registry.authorities.find(({ driver }) => driver.name === "nsd");
  if (!authority) throw new HarnessError("containers/authority/nsd is missing");
  const authorityVersion = authority.driver.versions[0]?.version ?? "";
  const chosen = stacks.map((stack) => {
    const sender = find(registry.senders, stack.sender);
    const resolver = find(registry.resolvers, stack.resolver);
    return {
      stack,
      sender,
      resolver,
      images: {
        sender: wanted(sender, stack.sender.version),
        resolver: wanted(resolver, stack.resolver.version),
      },
    };
  });
  const authorityImage = wanted(authority, authorityVersion);
  const all = new Map(
    [farmImage, authorityImage, ...chosen.flatMap(({ images }) => [images.sender, images.resolver])].map(
      (image) => [keyOf(image), image],
    ),
  );
  const ready = await prepareImages(engine, [...all.values()], progress);
  const imageOf = (image: WantedImage): ReadyImage => {
    const one = ready.get(keyOf(image));
    if (!one) throw new HarnessError(`no image was made for ${image.name} on ${image.suite}`);
    return one;
  };
  const describe = (role: ProgramResult["role"], id: string, image: WantedImage): ProgramResult => {
    const { reference, digest, package: packageLine } = imageOf(image);
    return { id, role, package: packageLine, image: { name: reference, digest } };
  };

  const described = new Map<string, ProgramResult>();
  for (const { stack, images } of chosen) {
    described.set(programId(stack.sender), describe("sender", programId(stack.sender), images.sender));
    described.set(
      programId(stack.resolver),
      describe("resolver", programId(stack.resolver), images.resolver),
    );
  }
  const authorityId = `nsd@${authorityVersion}`;
  described.set(authorityId, describe("authority", authorityId, authorityImage));
  described.set("farm", describe("farm", "farm", farmImage));

  return {
    programs: {
      farm: { image: imageOf(farmImage).reference, program: await bundleFarm() },
      authority: { driver: authority.driver, image: imageOf(authorityImage).reference },
      stacks: chosen.map(({ stack, sender, resolver, images }) => ({
        stack,
        sender: { driver: sender.driver, image: imageOf(images.sender).reference },
        resolver: { driver: resolver.driver, image: imageOf(images.resolver).reference },
      })),
    },
    described: [...described.values()],
  };
}
