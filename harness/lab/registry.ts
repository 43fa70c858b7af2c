import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Divergence } from "../model/divergence.ts";
import type { Program } from "../model/plan.ts";
import { programId } from "../model/plan.ts";
import { HarnessError, UsageError } from "../words/errors.ts";
import { matchesGlob } from "../words/glob.ts";
import { nearest } from "../words/nearest.ts";
import { home } from "../words/places.ts";
import type { AuthorityDriver, Driver, ReceiverDriver, ResolverDriver, SenderDriver } from "./driver.ts";

/** The implementations, found by folder: containers/<role>/<name>/. Nothing else lists them. */
export interface Registry {
  readonly senders: readonly Found<SenderDriver>[];
  readonly resolvers: readonly Found<ResolverDriver>[];
  readonly authorities: readonly Found<AuthorityDriver>[];
  readonly receivers: readonly Found<ReceiverDriver>[];
  /** By name. */
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
}

export interface Found<D extends Driver> {
  readonly driver: D;
  readonly folder: string;
}

const containers = join(home, "containers");

async function drivers<D extends Driver>(
  role: D["role"],
): Promise<readonly (Found<D> & { readonly divergences: readonly Divergence[] })[]> {
  const folder = join(containers, role);
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) => {
      const own = join(folder, name);
      const load = async (file: string) => import(pathToFileURL(join(own, file)).href);
      const [{ default: driver }, { divergences }] = await Promise.all([
        load("driver.ts"),
        load("divergences.ts"),
      ]);
      if (driver?.role !== role || driver.name !== name || !Array.isArray(divergences)) {
        throw new HarnessError(
          `${own}: driver.ts must export a ${role} driver named "${name}", divergences.ts a list`,
        );
      }
      return { driver, folder: own, divergences };
    }),
  );
}

export async function loadRegistry(): Promise<Registry> {
  const [senders, resolvers, authorities, receivers] = await Promise.all([
    drivers<SenderDriver>("sender"),
    drivers<ResolverDriver>("resolver"),
    drivers<AuthorityDriver>("authority"),
    drivers<ReceiverDriver>("receiver"),
  ]);
  return {
    senders,
    resolvers,
    authorities,
    receivers,
    // Nothing is demanded of receivers, and a sender may have the same name.
    divergences: new Map(
      [...senders, ...resolvers, ...authorities].map(({ driver, divergences }) => [driver.name, divergences]),
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
    const usual = found.find(({ driver }) => driver.name === wanted);
    const programs = usual
      ? programsOf([usual]).slice(0, 1)
      : known.filter((one) => matchesGlob(wanted, programId(one)));
    if (programs.length > 0) return programs;
    const ids = known.map(programId);
    const close = nearest(wanted, [...found.map(({ driver }) => driver.name), ...ids]);
    const meant = close === undefined ? "" : `; did you mean ${close}?`;
    throw new UsageError(`${option} ${wanted}: not known; there are ${ids.join(", ")}${meant}`);
  });
  return [...new Map(chosen.map((program) => [programId(program), program])).values()];
}

/** The default version of each but those that run on request only. */
export function defaultPrograms(found: readonly Found<Driver>[]): readonly Program[] {
  return found.filter(({ driver }) => !driver.onRequest).flatMap((one) => programsOf([one]).slice(0, 1));
}
