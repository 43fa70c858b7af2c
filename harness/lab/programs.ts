import { join } from "node:path";
import { bundleFarm } from "../../containers/farm/bundle.ts";
import type { TestedServer } from "../model/authority.ts";
import type { OutsideResolver } from "../model/facts.ts";
import type { Plan, Program, Stack } from "../model/plan.ts";
import { programId } from "../model/plan.ts";
import type { ProgramResult } from "../model/results.ts";
import type { RealReceiver } from "../model/scenario.ts";
import { HarnessError } from "../words/errors.ts";
import { home } from "../words/places.ts";
import type { Driver } from "./driver.ts";
import type { Engine } from "./engine.ts";
import { type GivenImage, prepareGiven } from "./given-images.ts";
import { keyOf, prepareImages, type ReadyImage, type WantedImage } from "./images.ts";
import type { LabPrograms } from "./lab.ts";
import type { Tell } from "./progress.ts";
import type { Found, Registry } from "./registry.ts";
import { isOutside, usual } from "./stacks.ts";

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

function built({ driver, folder }: Found<Driver>, version: string): WantedImage {
  const suite = driver.versions.find((one) => one.version === version)?.suite ?? "trixie";
  return { name: `${driver.role}-${driver.name}`, folder, suite };
}

type LabImage = WantedImage | GivenImage;

function wanted(found: Found<Driver>, version: string): LabImage {
  const given = found.images.get(version);
  const { name, versionCommand } = found.driver;
  return given === undefined ? built(found, version) : { program: name, given, versionCommand };
}

function givenKey({ program, given }: GivenImage): string {
  return `${program}=${given}`;
}

/** Those that the user brought first: if they cannot be used, nothing need be built. */
async function prepare(
  engine: Engine,
  images: readonly LabImage[],
  progress: Tell,
): Promise<(image: LabImage) => ReadyImage> {
  const given = new Map<string, ReadyImage>();
  for (const image of images)
    if ("given" in image && !given.has(givenKey(image)))
      given.set(givenKey(image), await prepareGiven(engine, image, progress));
  const others = new Map(
    images.flatMap((image) => ("given" in image ? [] : [[keyOf(image), image] as const])),
  );
  const ready = await prepareImages(engine, [...others.values()], progress);
  return (image) => {
    const one = "given" in image ? given.get(givenKey(image)) : ready.get(keyOf(image));
    if (!one) throw new HarnessError(`no image was made for ${JSON.stringify(image)}`);
    return one;
  };
}

/** The images of all drivers in their default versions, and the farm's. */
export function defaultImages({
  senders,
  resolvers,
  authorities,
  receivers,
  verifiers,
}: Pick<
  Registry,
  "senders" | "resolvers" | "authorities" | "receivers" | "verifiers"
>): readonly WantedImage[] {
  const found: readonly Found<Driver>[] = [
    ...authorities,
    ...resolvers,
    ...senders,
    ...receivers,
    ...verifiers,
  ];
  return [farmImage, ...found.map((one) => built(one, one.driver.versions[0]?.version ?? ""))];
}

/** Real servers that the scenarios have at an MX, at first or later. `chosen`: the one where they name none. */
function receiversOf(scenarios: Plan["scenarios"], registry: Registry, chosen: Program | undefined) {
  const names = new Set(
    scenarios
      .flatMap(({ mx, steps }) => [mx, ...steps.map((step) => step.mx)])
      .flat()
      .flatMap(({ receiver }): readonly RealReceiver[] => (receiver === "recording" ? [] : [receiver])),
  );
  const programOf = (name: RealReceiver): Program => {
    if (name === "real") return chosen ?? { name: usual.receiver, version: "" };
    const at = name.indexOf("@");
    return { name: name.slice(0, at), version: name.slice(at + 1) };
  };
  const called = [...names].map((name) => {
    const program = programOf(name);
    const { driver, ...found } = find(registry.receivers, program);
    const version = program.version || (driver.versions[0]?.version ?? "");
    return {
      ...{ name, driver, id: programId({ name: driver.name, version }) },
      image: wanted({ driver, ...found }, version),
    };
  });
  return [...Map.groupBy(called, ({ id }) => id)].flatMap(([id, [first, ...same]]) =>
    first
      ? [{ id, driver: first.driver, image: first.image, serves: [first, ...same].map(({ name }) => name) }]
      : [],
  );
}

/** What a run needs. */
export interface Wanted extends Pick<Plan, "stacks" | "scenarios"> {
  /** That only the harness asks. */
  readonly resolvers?: readonly Program[];
  /** Verifiers with the resolvers beside them. */
  readonly verifiers?: readonly Stack[];
  /** NSD in its default version unless told. */
  readonly authority?: Program;
  /** What stands where a scenario says a real server; Postfix in its default version unless told. */
  readonly receiver?: Program;
  /** Name servers that are tried themselves. */
  readonly tested?: readonly TestedServer[];
  /** The resolver of stacks and of `resolvers` that are outside the lab. */
  readonly outsideResolver?: OutsideResolver;
}

export async function preparePrograms(
  engine: Engine,
  registry: Registry,
  { stacks, scenarios, ...more }: Wanted,
  progress: Tell,
): Promise<PreparedPrograms> {
  const authority = find(registry.authorities, more.authority ?? { name: "nsd", version: "" });
  const authorityVersion = more.authority?.version ?? authority.driver.versions[0]?.version ?? "";
  const resolverOf = (program: Program) => {
    if (isOutside(program)) return null;
    const found = find(registry.resolvers, program);
    return { driver: found.driver, image: wanted(found, program.version) };
  };
  const lone = (more.resolvers ?? []).map((program) => ({
    program,
    resolver: resolverOf(program),
  }));
  const verifying = (more.verifiers ?? []).map((stack) => {
    const verifier = find(registry.verifiers, stack.sender);
    const resolver = find(registry.resolvers, stack.resolver);
    return {
      stack,
      ...{ verifier, verifierImage: wanted(verifier, stack.sender.version) },
      ...{ resolver, resolverImage: wanted(resolver, stack.resolver.version) },
    };
  });
  const chosen = stacks.map((stack) => {
    const sender = find(registry.senders, stack.sender);
    return {
      stack,
      sender: { driver: sender.driver, image: wanted(sender, stack.sender.version) },
      resolver: resolverOf(stack.resolver),
    };
  });
  const unbound = find(registry.resolvers, { name: "unbound", version: "" });
  const upstreamImage = more.outsideResolver
    ? wanted(unbound, unbound.driver.versions[0]?.version ?? "")
    : undefined;
  const tested = (more.tested ?? []).map((server) => {
    const { driver, ...found } = find(registry.authorities, server.program);
    return { server, driver, image: wanted({ driver, ...found }, server.program.version) };
  });
  const authorityImage = wanted(authority, authorityVersion);
  const receivers = receiversOf(scenarios, registry, more.receiver);
  const imageOf = await prepare(
    engine,
    [
      farmImage,
      authorityImage,
      ...(upstreamImage ? [upstreamImage] : []),
      ...[...receivers, ...tested].map(({ image }) => image),
      ...[...lone, ...chosen].flatMap(({ resolver }) => (resolver ? [resolver.image] : [])),
      ...verifying.flatMap(({ verifierImage, resolverImage }) => [verifierImage, resolverImage]),
      ...chosen.map(({ sender }) => sender.image),
    ],
    progress,
  );
  const describe = (role: ProgramResult["role"], id: string, image: LabImage): ProgramResult => {
    const { reference, digest, package: packageLine, build } = imageOf(image);
    return { id, role, package: packageLine, build: [...build], image: { name: reference, digest } };
  };

  const describeResolver = (program: Program, resolver: ReturnType<typeof resolverOf>): ProgramResult => {
    const id = programId(program);
    if (resolver) return describe("resolver", id, resolver.image);
    const where = `outside the lab, at ${program.version}`;
    return { id, role: "resolver", package: where, image: { name: "none", digest: "none" } };
  };
  const program = ({ driver, image }: NonNullable<ReturnType<typeof resolverOf>>) => ({
    driver,
    image: imageOf(image).reference,
  });

  const described = new Map<string, ProgramResult>();
  for (const { stack, sender, resolver } of chosen) {
    const id = programId(stack.sender);
    described.set(id, describe("sender", id, sender.image));
    described.set(programId(stack.resolver), describeResolver(stack.resolver, resolver));
  }
  for (const { stack, verifierImage, resolverImage } of verifying) {
    described.set(programId(stack.sender), describe("verifier", programId(stack.sender), verifierImage));
    described.set(programId(stack.resolver), describe("resolver", programId(stack.resolver), resolverImage));
  }
  for (const one of lone) described.set(programId(one.program), describeResolver(one.program, one.resolver));
  const authorityId = programId({ name: authority.driver.name, version: authorityVersion });
  described.set(`authority ${authorityId}`, describe("authority", authorityId, authorityImage));
  for (const { server, image } of tested) {
    const id = programId(server.program);
    // A resolver may have the same name and version.
    described.set(`authority ${id}`, describe("authority", id, image));
  }
  // A sender may have the same name.
  for (const { id, image } of receivers) described.set(`receiver ${id}`, describe("receiver", id, image));
  described.set("farm", describe("farm", "farm", farmImage));

  return {
    programs: {
      farm: { image: imageOf(farmImage).reference, program: await bundleFarm() },
      authority: { driver: authority.driver, image: imageOf(authorityImage).reference },
      tested: tested.map((one) => ({ ...one, image: imageOf(one.image).reference })),
      receivers: receivers.map((one) => ({ ...one, image: imageOf(one.image).reference })),
      resolvers: [
        ...lone.map((one) => ({
          id: programId(one.program),
          resolver: one.resolver && program(one.resolver),
        })),
        ...verifying.map(({ stack, verifier, verifierImage, resolver, resolverImage }) => ({
          id: stack.id,
          resolver: { driver: resolver.driver, image: imageOf(resolverImage).reference },
          verifier: { driver: verifier.driver, image: imageOf(verifierImage).reference },
        })),
      ],
      stacks: chosen.map(({ stack, sender, resolver }) => ({
        stack,
        sender: { driver: sender.driver, image: imageOf(sender.image).reference },
        resolver: resolver && program(resolver),
      })),
      ...(more.outsideResolver && upstreamImage
        ? { outsideResolver: { server: more.outsideResolver, image: imageOf(upstreamImage).reference } }
        : {}),
    },
    described: [...described.values()],
  };
}
