import { stripVTControlCharacters } from "node:util";
import { HarnessError, messageOf, UsageError } from "../words/errors.ts";
import type { Driver } from "./driver.ts";
import type { Engine } from "./engine.ts";
import { packageFile, type ReadyImage } from "./images.ts";
import { lastLine, type Tell, telling } from "./progress.ts";
import type { Found, Registry } from "./registry.ts";

/** Images that the user brings for programs that danelab knows: a build of a branch, a package of another distribution. */

export interface GivenImage {
  readonly program: string;
  readonly given: string;
  readonly versionCommand: readonly string[];
}

interface Choice {
  readonly role: Driver["role"];
  readonly program: string;
  readonly label: string;
  readonly image: string;
}

/** What comes behind the last colon, where that is no port of a registry: "dev" of "registry.example:5000/postfix:dev". */
function tagOf(image: string): string {
  const [, tag = "latest"] = /:([^:/]+)$/.exec(image.replace(/@.*$/, "")) ?? [];
  return tag;
}

function readChoice(
  { senders, resolvers, authorities, receivers, verifiers }: Registry,
  text: string,
): Choice {
  const wrong = (why: string): never => {
    throw new UsageError(`--image ${text}: ${why}`);
  };
  const [, role, program = "", label, image = ""] =
    /^(?:(\w+)\/)?([\w-]+)(?:@([^=]*))?=(.+)$/.exec(text) ??
    wrong("write NAME=IMAGE or NAME@LABEL=IMAGE, such as postfix@branch=localhost/postfix:dev");
  const all: readonly Found<Driver>[] = [
    ...senders,
    ...resolvers,
    ...authorities,
    ...receivers,
    ...verifiers,
  ];
  const candidates = all
    .map(({ driver }) => driver)
    .filter((driver) => role === undefined || driver.role === role);
  const names = [...new Set(candidates.map(({ name }) => name))].join(", ");
  const found =
    candidates.find(({ name }) => name === program) ??
    wrong(`no ${role ?? "program"} of that name is known; there are ${names}`);
  const version = label ?? tagOf(image);
  if (!/^\w[\w.-]*$/.test(version))
    wrong(`the label "${version}" must be made of letters, digits, dots and hyphens`);
  return { role: found.role, program, label: version, image };
}

function withImage<D extends Driver>(found: Found<D>, { role, program, label, image }: Choice): Found<D> {
  const { driver, images, brought } = found;
  if (driver.role !== role || driver.name !== program) return found;
  const known = driver.versions.find(({ version }) => version === label);
  const others = driver.versions.filter((one) => one !== known);
  return {
    ...found,
    driver: { ...driver, versions: [known ?? { version: label, suite: "" }, ...others] },
    images: new Map([...images, [label, image]]),
    brought: [...new Set([...brought, label])],
  };
}

/**
 * The registry with images for some programs: "postfix=IMAGE" is run as postfix@TAG, "postfix@LABEL=IMAGE" as postfix@LABEL,
 * in place of the version of that name if there is one. It is the program's default version.
 */
export function withImages(registry: Registry, texts: readonly string[]): Registry {
  let all = registry;
  for (const text of texts) {
    const choice = readChoice(all, text);
    all = {
      ...all,
      senders: all.senders.map((one) => withImage(one, choice)),
      resolvers: all.resolvers.map((one) => withImage(one, choice)),
      authorities: all.authorities.map((one) => withImage(one, choice)),
      receivers: all.receivers.map((one) => withImage(one, choice)),
      verifiers: all.verifiers.map((one) => withImage(one, choice)),
    };
  }
  return all;
}

/** What a program says of its version, in its first line. HarnessError: it is not there, or says nothing. */
export async function toldVersion(
  engine: Engine,
  image: string,
  command: readonly string[],
): Promise<string> {
  const words = `"${command.join(" ")}"`;
  const { exitCode, stdout, stderr } = await engine.runInImage(image, command).catch((error) => {
    throw new HarnessError(`${words} cannot be run in it: ${messageOf(error)}`);
  });
  const [told] = stripVTControlCharacters(`${stdout}\n${stderr}`)
    .split("\n")
    .filter((line) => line.trim());
  if (exitCode !== 0 || told === undefined)
    throw new HarnessError(`${words} exited ${exitCode} in it: ${told ?? "without a word"}`);
  return told.trim();
}

/** UsageError: the image is not to be had, or does not hold the program. */
export async function prepareGiven(
  engine: Engine,
  { program, given, versionCommand }: GivenImage,
  progress: Tell,
): Promise<ReadyImage> {
  const wrong = (why: string): never => {
    throw new UsageError(`image ${given} for ${program}: ${why}`);
  };
  if (!(await engine.inspectImage(given)))
    await telling(progress, `pulling ${given}`, (step) =>
      engine.pullImage(given, (text) => step(lastLine(text))),
    );
  const image =
    (await engine.inspectImage(given)) ?? wrong("the engine does not have it, and no registry gives it");
  const told = await toldVersion(engine, given, versionCommand).catch((error) => wrong(messageOf(error)));
  const [packageLine = "", ...build] = await engine
    .readImageFile(given, packageFile)
    .catch(() => "")
    .then((text) => text.trim().split("\n"));
  return { reference: given, digest: image.id, package: describe(program, told, packageLine), build };
}

/** The package that the image says it holds, and what its program says where that is something else. */
function describe(program: string, told: string, packageLine: string): string {
  const [number = told] = /\d[\w.-]*/.exec(told) ?? [];
  if (packageLine.includes(number)) return packageLine;
  const named = told.toLowerCase().startsWith(program) ? told : `${program} ${told}`;
  return packageLine ? `${named}, in an image of ${packageLine}` : named;
}
