import type { ServerInstance } from "../model/facts.ts";

/**
 * The command of an authority's container: a process for each level of the DNS tree, so that no server answers for a zone and
 * its parent. The container ends when one of them does.
 */
export function oneForEach(
  instances: readonly ServerInstance[],
  start: (instance: ServerInstance) => string,
): readonly string[] {
  return ["bash", "-c", `${instances.map((one) => `${start(one)} &`).join(" ")} wait -n; exit 1`];
}
