import { compareNames } from "./name.ts";

/**
 * Where the CNAME records of an answer lead from a name (RFC 1034 3.6.2), in whatever order they stand; the name itself if it is no
 * alias. In a circle it is any name of it.
 *
 * @param answers in presentation form: owner, TTL, class, type, RDATA
 */
export function targetOf(name: string, answers: readonly string[]): string {
  const aliases = answers.map((answer) => answer.split(" ")).filter(([, , , type]) => type === "CNAME");
  let target = name;
  for (const _ of aliases) {
    const next = aliases.find(([owner = ""]) => compareNames(owner, target) === 0)?.[4];
    if (next === undefined) break;
    target = next;
  }
  return target;
}
