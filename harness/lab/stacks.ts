import { type Program, type Stack, stackOf } from "../model/plan.ts";
import type { Driver } from "./driver.ts";
import { broughtPrograms, defaultPrograms, type Found, type Registry, selectPrograms } from "./registry.ts";

/** What is taken where nothing is chosen, and what the other programs of a role are tried with. */
export const usual = { sender: "postfix", resolver: "unbound", receiver: "postfix" } as const;

const outsideName = "external";

/** A resolver outside the lab, as a program: "external@192.0.2.53". */
export function outsideProgram(address: string): Program {
  return { name: outsideName, version: address };
}

export function isOutside({ name }: Program): boolean {
  return name === outsideName;
}

export interface StackChoice {
  /** "postfix", "postfix@3.10", "postfix@*" */
  readonly senders: readonly string[];
  readonly resolvers: readonly string[];
  /** Besides these. */
  readonly outside?: readonly Program[];
}

/**
 * The chosen senders on the chosen resolvers; what the user brought is chosen where nothing else of its role is. Where neither is chosen, all senders on the usual resolver and the usual
 * sender on all resolvers: each program is tried, and one more costs one stack.
 */
export function chooseStacks(registry: Registry, choice: StackChoice): readonly Stack[] {
  const senders = selected(registry.senders, choice.senders, "--sender");
  const outside = choice.outside ?? [];
  const ownResolvers =
    outside.length > 0 && choice.resolvers.length === 0
      ? []
      : selected(registry.resolvers, choice.resolvers, "--resolver");
  const resolvers = [...ownResolvers, ...outside];
  const usualResolver = selectPrograms(registry.resolvers, [usual.resolver], "--resolver");
  const orElse = (chosen: readonly Program[], others: readonly Program[]) =>
    chosen.length > 0 ? chosen : others;
  const stacks = cross(orElse(senders, defaultPrograms(registry.senders)), orElse(resolvers, usualResolver));
  if (senders.length > 0 || resolvers.length > 0) return stacks;
  const usualSender = selectPrograms(registry.senders, [usual.sender], "--sender");
  const all = [...cross(usualSender, defaultPrograms(registry.resolvers)), ...stacks];
  return [...new Map(all.map((stack) => [stack.id, stack])).values()];
}

function selected(
  found: readonly Found<Driver>[],
  choice: readonly string[],
  option: string,
): readonly Program[] {
  return choice.length > 0 ? selectPrograms(found, choice, option) : broughtPrograms(found);
}

function cross(senders: readonly Program[], resolvers: readonly Program[]): readonly Stack[] {
  return senders.flatMap((sender) => resolvers.map((resolver) => stackOf(sender, resolver)));
}
