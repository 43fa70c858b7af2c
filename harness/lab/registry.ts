import { access, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Divergence, divergenceKey } from "../model/divergence.ts";
import type { Program } from "../model/plan.ts";
import { programId } from "../model/plan.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import { matchesGlob } from "../words/glob.ts";
import { meant } from "../words/nearest.ts";
import { resolveOwnModules } from "../words/own-modules.ts";
import { home } from "../words/places.ts";
import { checkDivergences, checkDriver } from "./check-driver.ts";
import type {
  AuthorityDriver,
  Driver,
  ReceiverDriver,
  ResolverDriver,
  SenderDriver,
  VerifierDriver,
} from "./driver.ts";

/** The implementations, found by folder: containers/<role>/<name>/, and folders of the user's own. Nothing else lists them. */
export interface Registry {
  readonly senders: readonly Found<SenderDriver>[];
  readonly resolvers: readonly Found<ResolverDriver>[];
  readonly authorities: readonly Found<AuthorityDriver>[];
  readonly receivers: readonly Found<ReceiverDriver>[];
  readonly verifiers: readonly Found<VerifierDriver>[];
  /** By divergenceKey(). */
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
}

export interface Found<D extends Driver> {
  readonly driver: D;
  readonly folder: string;
  /** Versions that the user brought, by --driver or --image: they are run unless something else is chosen. */
  readonly brought: readonly string[];
  /** By version: images in place of what the Dockerfile makes. */
  readonly images: ReadonlyMap<string, string>;
}

type Loaded = Found<Driver> & { readonly divergences: readonly Divergence[] };

const containers = join(home, "containers");
const roles = ["sender", "resolver", "authority", "receiver", "verifier"] as const;

/** `shown`: the folder as the user knows it. */
async function load(folder: string, shown: string): Promise<Loaded> {
  const exported = async (file: string): Promise<Record<string, unknown>> => {
    try {
      return await import(pathToFileURL(join(folder, file)).href);
    } catch (error) {
      throw new UsageError(`${join(shown, file)}: cannot be loaded: ${messageOf(error)}`);
    }
  };
  const { default: driver } = await exported("driver.ts");
  checkDriver(driver, join(shown, "driver.ts"));
  const known = await exported("divergences.ts");
  checkDivergences(known, join(shown, "divergences.ts"));
  await access(join(folder, "Dockerfile")).catch(() => {
    throw new UsageError(`${shown}: has no Dockerfile`);
  });
  return { driver, folder, brought: [], images: new Map(), divergences: known.divergences };
}

async function loadOwn(role: Driver["role"], name: string): Promise<Loaded> {
  const shown = join("containers", role, name);
  const loaded = await load(join(containers, role, name), shown);
  const { driver } = loaded;
  if (driver.role !== role || driver.name !== name)
    throw new UsageError(
      `${shown}/driver.ts: is the ${driver.role} "${driver.name}", which belongs elsewhere`,
    );
  return loaded;
}

async function loadBrought(shown: string): Promise<Loaded> {
  await access(shown).catch((error) => {
    throw new UsageError(`--driver ${shown}: ${messageOf(error)}`);
  });
  const loaded = await load(resolve(shown), shown);
  const { role, versions } = loaded.driver;
  if (role !== "sender" && role !== "resolver")
    throw new UsageError(
      `${shown}/driver.ts: field "role": is ${role}; a driver from elsewhere is a sender or a resolver`,
    );
  return { ...loaded, brought: versions.slice(0, 1).map(({ version }) => version) };
}

function isA<R extends Driver["role"]>(role: R) {
  return (one: Loaded): one is Loaded & Found<Extract<Driver, { readonly role: R }>> =>
    one.driver.role === role;
}

/**
 * Danelab's own drivers, and those in further folders. UsageError: one of these cannot be loaded, or is no driver; the text
 * names file and field.
 */
export async function loadRegistry(folders: readonly string[] = []): Promise<Registry> {
  resolveOwnModules();
  const own = await Promise.all(
    roles.map(async (role) => {
      const names = (await readdir(join(containers, role))).sort();
      return Promise.all(names.map((name) => loadOwn(role, name)));
    }),
  );
  const all = own.flat();
  for (const shown of folders) {
    const one = await loadBrought(shown);
    const { name } = one.driver;
    // Divergences and containers of senders and resolvers go by the name.
    const other = all.find(
      ({ driver }) => (driver.role === "sender" || driver.role === "resolver") && driver.name === name,
    );
    if (other)
      throw new UsageError(
        `${shown}/driver.ts: field "name": "${name}" is taken, by the ${other.driver.role} in ${other.folder}`,
      );
    all.push(one);
  }
  return {
    senders: all.filter(isA("sender")),
    resolvers: all.filter(isA("resolver")),
    authorities: all.filter(isA("authority")),
    receivers: all.filter(isA("receiver")),
    verifiers: all.filter(isA("verifier")),
    divergences: new Map(
      all.map(({ driver, divergences }) => [divergenceKey(driver.role, driver.name), divergences]),
    ),
  };
}

export function programsOf(found: readonly Found<Driver>[]): readonly Program[] {
  return found.flatMap(({ driver }) =>
    driver.versions.map(({ version }) => ({ name: driver.name, version })),
  );
}

/** "postfix" takes the default version, "postfix@3.10" that one, and a glob with an @ all versions that it matches. */
export function selectPrograms(
  found: readonly Found<Driver>[],
  selection: readonly string[],
  option: string,
): readonly Program[] {
  const known = programsOf(found);
  const chosen = selection.flatMap((wanted) => {
    if (wanted.startsWith("external:"))
      throw new UsageError(
        `${option} ${wanted}: here only danelab's own can be chosen; see danelab run --help`,
      );
    const usual = found.find(({ driver }) => driver.name === wanted);
    const programs = usual
      ? programsOf([usual]).slice(0, 1)
      : known.filter((one) => matchesGlob(wanted, programId(one)));
    if (programs.length > 0) return programs;
    const ids = known.map(programId);
    const close = meant(wanted, [...found.map(({ driver }) => driver.name), ...ids]);
    throw new UsageError(`${option} ${wanted}: not known; there are ${ids.join(", ")}${close}`);
  });
  return [...new Map(chosen.map((program) => [programId(program), program])).values()];
}

/** Those of --driver and --image. */
export function broughtPrograms(found: readonly Found<Driver>[]): readonly Program[] {
  return found.flatMap(({ driver: { name }, brought }) => brought.map((version) => ({ name, version })));
}

/** The default version of each but those that run on request only. */
export function defaultPrograms(found: readonly Found<Driver>[]): readonly Program[] {
  return found.filter(({ driver }) => !driver.onRequest).flatMap((one) => programsOf([one]).slice(0, 1));
}
