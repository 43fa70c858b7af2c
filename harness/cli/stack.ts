import type { Driver } from "../lab/driver.ts";
import { broughtPrograms, type Found, type Registry, selectPrograms } from "../lab/registry.ts";
import { usual } from "../lab/stacks.ts";
import { type Program, type Stack, stackOf } from "../model/plan.ts";
import { UsageError } from "../words/errors.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { loadPrograms, programOptions } from "./programs.ts";

/** For commands that work on one stack. */
export const stackOptions = {
  sender: { value: "NAME[@VERSION]", help: "with this sender (postfix unless told)" },
  resolver: { value: "NAME[@VERSION]", help: "with this resolver (unbound unless told)" },
  ...programOptions,
} as const satisfies Readonly<Record<string, OptionSpec>>;

export async function selectStack(
  args: Arguments,
): Promise<{ readonly registry: Registry; readonly stack: Stack }> {
  const registry = await loadPrograms(args);
  const one = (option: keyof typeof usual, found: readonly Found<Driver>[]): Program | undefined => {
    const [first, ...more] = args.values(option);
    if (more.length > 0) throw new UsageError(`one --${option} is enough here`);
    const [brought] = broughtPrograms(found);
    return first === undefined && brought
      ? brought
      : selectPrograms(found, [first ?? usual[option]], `--${option}`)[0];
  };
  const sender = one("sender", registry.senders);
  const resolver = one("resolver", registry.resolvers);
  if (!sender || !resolver) throw new UsageError("there is no such sender with such a resolver");
  return { registry, stack: stackOf(sender, resolver) };
}
