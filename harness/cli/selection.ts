import type { Driver } from "../lab/driver.ts";
import { type Found, type Registry, selectPrograms } from "../lab/registry.ts";
import { chooseStacks } from "../lab/stacks.ts";
import type { LookupScenario } from "../model/lookup.ts";
import type { Program, Stack } from "../model/plan.ts";
import type { ProbeScenario } from "../model/probe.ts";
import { type Policy, type Scenario, senderPolicies, usualPolicies } from "../model/scenario.ts";
import { loadAuthorityScenarios, loadLookups, loadProbes, loadScenarios } from "../run/load-scenarios.ts";
import { UsageError } from "../words/errors.ts";
import { matchesGlob } from "../words/glob.ts";
import { meant } from "../words/nearest.ts";
import type { ChosenResolvers } from "./external-resolver.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { externalPrefix } from "./outside-address.ts";

/** The options that choose what is run, and what they choose. */
export const selectionOptions = {
  sender: {
    value: "NAME[@VERSION]",
    many: true,
    help: "these senders, on Unbound unless told; 'postfix@*' is all versions (see danelab list senders)",
  },
  resolver: { value: "NAME[@VERSION]", many: true, help: "these resolvers (see danelab list resolvers)" },
  policy: { value: "POLICY", many: true, help: `${senderPolicies.join(", ")}; the first three unless told` },
  scenarios: { value: "DIR", many: true, help: "take scenario files from this folder too" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export function selectPolicies(args: Arguments): readonly Policy[] {
  const wanted = args.values("policy");
  if (wanted.length === 0) return usualPolicies;
  return wanted.map((name) => {
    const policy = senderPolicies.find((one) => one === name);
    if (!policy)
      throw new UsageError(
        `--policy ${name}: not known; there are ${senderPolicies.join(", ")}${meant(name, senderPolicies)}`,
      );
    return policy;
  });
}

/** Those whose ids match one of the ids or globs; all without any. */
export function chosenBy<S>(
  patterns: readonly string[],
  all: readonly S[],
  idOf: (scenario: S) => string,
): readonly S[] {
  const ids = all.map(idOf);
  for (const pattern of patterns) {
    if (ids.some((id) => matchesGlob(pattern, id))) continue;
    const groups = new Set(ids.map((id) => `${id.split("-")[0]}-*`));
    throw new UsageError(
      `no scenario matches "${pattern}"${meant(pattern, [...ids, ...groups]) || "."} See danelab list scenarios`,
    );
  }
  if (patterns.length === 0) return all;
  return all.filter((scenario) => patterns.some((pattern) => matchesGlob(pattern, idOf(scenario))));
}

/** The scenarios of mail that match one of the ids or globs; all without any. */
export async function findScenarios(
  args: Arguments,
  patterns: readonly string[],
): Promise<readonly Scenario[]> {
  const all = await loadScenarios(args.values("scenarios"));
  await refuseLookups(args, patterns, all);
  return chosenBy(patterns, all, ({ id }) => id);
}

/** Whoever takes one kind for the other is told where it belongs. */
async function refuseLookups(
  args: Arguments,
  patterns: readonly string[],
  all: readonly Scenario[],
): Promise<void> {
  const lost = patterns.filter((pattern) => !all.some(({ id }) => matchesGlob(pattern, id)));
  if (lost.length === 0) return;
  const kinds = [
    [loadLookups, "sends no mail, it asks resolvers", "resolvers"],
    [loadAuthorityScenarios, "sends no mail, it asks name servers", "authorities"],
    [loadProbes, "has no sender, it tries real servers", "receivers"],
  ] as const;
  for (const [load, does, command] of kinds) {
    const found = await load(args.values("scenarios"));
    const taken = lost.find((pattern) => found.some(({ domain: { id } }) => matchesGlob(pattern, id)));
    if (taken !== undefined) throw new UsageError(`${taken} ${does}: danelab ${command} ${taken}`);
  }
}

interface AnyKind {
  readonly scenarios: readonly Scenario[];
  readonly lookups: readonly LookupScenario[];
  readonly authorities: readonly LookupScenario[];
  readonly probes: readonly ProbeScenario[];
}

/** Of every kind: scenarios of mail, those in which resolvers or name servers are asked, and those in which real servers are tried. */
export async function findAny(args: Arguments, patterns: readonly string[]): Promise<AnyKind> {
  const folders = args.values("scenarios");
  const [scenarios, lookups, authorities, probes] = [
    await loadScenarios(folders),
    await loadLookups(folders),
    await loadAuthorityScenarios(folders),
    await loadProbes(folders),
  ];
  const chosen = new Set(
    chosenBy(
      patterns,
      [...scenarios, ...[...lookups, ...authorities, ...probes].map(({ domain }) => domain)],
      ({ id }) => id,
    ),
  );
  return {
    scenarios: scenarios.filter((one) => chosen.has(one)),
    lookups: lookups.filter(({ domain }) => chosen.has(domain)),
    authorities: authorities.filter(({ domain }) => chosen.has(domain)),
    probes: probes.filter(({ domain }) => chosen.has(domain)),
  };
}

/** For a run: the same, and the canaries. */
export async function selectScenarios(
  args: Arguments,
  patterns: readonly string[],
): Promise<readonly Scenario[]> {
  const all = await loadScenarios(args.values("scenarios"));
  await refuseLookups(args, patterns, all);
  const chosen = new Set(chosenBy(patterns, all, ({ id }) => id));
  return all.filter((scenario) => scenario.canary || chosen.has(scenario));
}

/** For commands whose lab has one name server for all zones. */
export const authorityOption = {
  authority: {
    value: "NAME[@VERSION]",
    help: "serve the zones by this name server, NSD unless told (see danelab list authorities)",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** For commands whose scenarios may say a real server. */
export const receiverOption = {
  receiver: {
    value: "NAME[@VERSION]",
    help: "the mail server at the MX of scenarios that want a real one, Postfix unless told (see danelab list receivers)",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export function selectReceiver(args: Arguments, registry: Registry): Program | undefined {
  return selectOne(args, registry.receivers, "receiver");
}

export function selectAuthority(args: Arguments, registry: Registry): Program | undefined {
  const wanted = args.value("authority");
  if (wanted?.startsWith(externalPrefix))
    throw new UsageError(`--authority ${wanted}: danelab run alone takes a server outside the lab`);
  return selectOne(args, registry.authorities, "authority");
}

function selectOne(args: Arguments, found: readonly Found<Driver>[], option: string): Program | undefined {
  const wanted = args.value(option);
  if (wanted === undefined) return undefined;
  const [one, ...more] = selectPrograms(found, [wanted], `--${option}`);
  if (more.length > 0) throw new UsageError(`--${option} ${wanted}: one is enough here`);
  return one;
}

export function selectStacks(
  args: Arguments,
  registry: Registry,
  resolvers: Pick<ChosenResolvers, "own" | "outside">,
): readonly Stack[] {
  const senders = args.values("sender");
  if (args.flag("all") && senders.length > 0)
    throw new UsageError("--all takes every sender: --sender beside it chooses nothing");
  return chooseStacks(registry, {
    senders: args.flag("all") ? ["*"] : senders,
    resolvers: resolvers.own,
    outside: resolvers.outside,
  });
}
