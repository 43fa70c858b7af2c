import { createHash } from "node:crypto";
import { access, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import type { Engine } from "./engine.ts";
import { isDebian, runCommand } from "./host-command.ts";
import { buildStep, lastLine, type Tell, telling } from "./progress.ts";

/** Images: made once from a Dockerfile and Debian packages, found again by the hash of what they are made from. */

export interface WantedImage {
  /** "sender-postfix" */
  readonly name: string;
  readonly folder: string;
  /** Debian suite of the base image, "trixie". */
  readonly suite: string;
}

export interface ReadyImage {
  /** "danelab/sender-postfix:trixie-0a1b2c3d4e5f" */
  readonly reference: string;
  /** Image id as the engine tells it. */
  readonly digest: string;
  /** "postfix 3.10.13-0+deb13u1" */
  readonly package: string;
  /** What the program says of how it was built, line by line. */
  readonly build: readonly string[];
}

const packageLabel = "danelab.package";
/** Every image tells in this file what it holds: the package in the first line, how it was built in those after it. */
export const packageFile = "/etc/danelab-package";
/**
 * A file that every build can copy: the CA certificates that this machine is told to trust (NODE_EXTRA_CA_CERTS, else npm's
 * `cafile`), as it must be where a proxy looks into TLS; empty where it is told none. It is no part of an image's hash.
 */
const extraCertificates = "extra-ca.pem";

/** Name and suite tell images apart; the answer of `prepareImages` is keyed by them. */
export function keyOf({ name, suite }: WantedImage): string {
  return `${name}:${suite}`;
}

/** All images, those that are missing built first. Progress tells what takes long. */
export async function prepareImages(
  engine: Engine,
  wanted: readonly WantedImage[],
  progress: Tell,
): Promise<ReadonlyMap<string, ReadyImage>> {
  const bases = new Map<string, Promise<string>>();
  const baseOf = (suite: string): Promise<string> => {
    const known = bases.get(suite) ?? prepareBase(engine, suite, progress);
    bases.set(suite, known);
    return known;
  };
  const ready = new Map<string, ReadyImage>();
  const missing: { readonly image: WantedImage; readonly context: BuildContext }[] = [];
  await Promise.all(
    wanted.map(async (image) => {
      const context = await buildContext(image);
      const found = await find(engine, context.tag);
      if (found) ready.set(keyOf(image), found);
      else missing.push({ image, context });
    }),
  );
  // One after the other: apt and dpkg keep both cores busy.
  for (const { image, context } of missing) {
    ready.set(keyOf(image), await build(engine, image, context, await baseOf(image.suite), progress));
  }
  return ready;
}

/** The image if it was built already. */
export async function findImage(engine: Engine, image: WantedImage): Promise<ReadyImage | undefined> {
  return find(engine, (await buildContext(image)).tag);
}

async function find(engine: Engine, tag: string): Promise<ReadyImage | undefined> {
  const found = await engine.inspectImage(tag);
  const [line, ...build] = found?.labels[packageLabel]?.split("\n") ?? [];
  return found && line ? { reference: tag, digest: found.id, package: line, build } : undefined;
}

interface BuildContext {
  readonly tag: string;
  readonly files: readonly string[];
}

/** Everything in the folder but TypeScript, which runs outside of it. */
async function buildContext({ name, folder, suite }: WantedImage): Promise<BuildContext> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".ts"))
    .map((entry) => entry.name)
    .sort();
  if (!files.includes("Dockerfile")) throw new HarnessError(`${folder} has no Dockerfile`);
  const hash = createHash("sha256").update(suite);
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(join(folder, file)));
  return { files, tag: `danelab/${name}:${suite}-${hash.digest("hex").slice(0, 12)}` };
}

async function build(
  engine: Engine,
  { folder, name }: WantedImage,
  { tag, files }: BuildContext,
  base: string,
  progress: Tell,
): Promise<ReadyImage> {
  const began = Date.now();
  progress(`building image ${tag} from ${base}`);
  const context = await mkdtemp(join(tmpdir(), "danelab-image-"));
  try {
    for (const file of files) await copyFile(join(folder, file), join(context, file));
    await writeFile(join(context, extraCertificates), await trustedByThisMachine());
    const build = {
      folder: context,
      files: [...files, extraCertificates],
      buildArguments: { BASE: base, ...proxies() },
    };
    const unlabelled = `${tag}-unlabelled`;
    await telling(progress, `building ${name}`, (step) =>
      engine.buildImage({
        ...build,
        tag: unlabelled,
        labels: {},
        onProgress: (output) => {
          const reached = buildStep(output);
          if (reached !== undefined) step(reached);
        },
      }),
    );
    const lines = (await engine.readImageFile(unlabelled, packageFile)).trim();
    if (!lines) throw new HarnessError(`the Dockerfile of ${name} writes no package line to ${packageFile}`);
    // The same layers from the build cache, and what they hold as a label: so that no later run has to look.
    await engine.buildImage({
      ...build,
      tag,
      labels: { [packageLabel]: lines },
      onProgress: () => undefined,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  const built = await find(engine, tag);
  if (!built) throw new HarnessError(`image ${tag} was built, and is not there`);
  progress(`built ${tag} (${built.package}) in ${Math.round((Date.now() - began) / 1000)} s`);
  return built;
}

async function trustedByThisMachine(): Promise<string> {
  const path = process.env["NODE_EXTRA_CA_CERTS"] ?? (await trustedByNpm());
  if (!path) return "";
  return readFile(path, "utf8").catch((error) => {
    throw new HarnessError(
      `the CA certificates that NODE_EXTRA_CA_CERTS or npm's cafile names cannot be read: ${messageOf(error)}`,
    );
  });
}

async function trustedByNpm(): Promise<string | undefined> {
  // There may be no npm: what is built without its packages needs none.
  const told = await runCommand("npm", ["config", "get", "cafile"], durations.exec).catch(() => "");
  const path = told.trim().split("\n").at(-1);
  return path === "null" ? undefined : path;
}

/** Docker passes these on without making them part of the image. */
function proxies(): Readonly<Record<string, string>> {
  const names = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** Mirrors may have a testing suite whose Release file is past its week; that of a stable suite does not expire. */
function aptOptions(suite: string): readonly string[] {
  return suite === "forky" ? ['--aptopt=Acquire::Check-Valid-Until "false"'] : [];
}

/** A minimal Debian: the one that is there, else pulled where a registry answers, else made from Debian's packages. */
async function prepareBase(engine: Engine, suite: string, progress: Tell): Promise<string> {
  const official = `debian:${suite}-slim`;
  const own = `danelab/base:${suite}`;
  for (const reference of [own, official]) if (await engine.inspectImage(reference)) return reference;
  progress(`pulling ${official}`);
  const pulled = await telling(progress, `pulling ${official}`, (step) =>
    engine.pullImage(official, (text) => step(lastLine(text))),
  );
  if (pulled) return official;

  progress(`no registry gives ${official}: making ${own} from Debian's packages with mmdebstrap`);
  const missing = await access("/usr/bin/mmdebstrap").then(
    () => false,
    () => true,
  );
  if (missing) {
    const commands =
      "apt-get update && apt-get install -y --no-install-recommends mmdebstrap debian-archive-keyring";
    if (process.getuid?.() !== 0 || !(await isDebian())) {
      throw new HarnessError(
        `no registry gives ${official}, and mmdebstrap is not installed to make it. Pull or load ${official} yourself, or as root on Debian or Ubuntu: ${commands}`,
      );
    }
    progress(`installing mmdebstrap: ${commands}`);
    await telling(progress, "installing mmdebstrap", (step) =>
      runCommand("sh", ["-c", commands], durations.imageBuild, (text) => step(lastLine(text))),
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "danelab-base-"));
  try {
    const tar = join(folder, `${suite}.tar`);
    const words = ["--variant=minbase", ...aptOptions(suite), suite, tar, "http://deb.debian.org/debian"];
    await telling(progress, `making ${own}`, async (step) => {
      await runCommand("mmdebstrap", words, durations.imageBuild, (text) => step(lastLine(text)));
      step("handing it to the engine");
      await engine.importImage(tar, own);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return own;
}
