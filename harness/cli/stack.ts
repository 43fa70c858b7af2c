import { loadRegistry, type Registry, selectPrograms } from "../lab/registry.ts";
import { usual } from "../lab/stacks.ts";
import { type Stack, stackOf } from "../model/plan.ts";
import { UsageError } from "../words/errors.ts";
import type { Arguments, OptionSpec } from "./options.ts";

/** For commands that work on one stack. */
export const stackOptions = {
  sender: { value: "NAME[@VERSION]", help: "with this sender (postfix unless told)" },
  resolver: { value: "NAME[@VERSION]", help: "with this resolver (unbound unless told)" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export async function selectStack(
  args: Arguments,
): Promise<{ readonly registry: Registry; readonly stack: Stack }> {
  const registry = await loadRegistry();
  const one = (option: "sender" | "resolver", usual: string): string => {
    const [given = usual, ...more] = args.values(option);
    if (more.length > 0) throw new UsageError(`one --${option} is enough here`);
    return given;
  };
  const [sender] = selectPrograms(registry.senders, [one("sender", usual.sender)], "--sender");
  const [resolver] = selectPrograms(registry.resolvers, [one("resolver", usual.resolver)], "--resolver");
  if (!sender || !resolver) throw new UsageError("there is no such sender with such a resolver");
  return { registry, stack: stackOf(sender, resolver) };
}
