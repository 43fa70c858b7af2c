import type { ForwardedZone, RelayRule } from "../../harness/model/farm.ts";
import type { Question } from "./dns-message.ts";

export interface Route {
  /** Address of the server to ask. */
  readonly forward: string;
  /** undefined: the question is passed on as it is. */
  readonly rule: RelayRule | undefined;
}

const typeDs = 43;

/** The zones that a relay serves: where a question goes, and what is done to it. */
export class RelayedZones {
  readonly #zones = new Map<string, ForwardedZone>();
  /** How many questions a rule has struck. */
  readonly #struck = new Map<RelayRule, number>();
  readonly #elsewhere: string;

  /** `elsewhere`: the server for questions that are in none of the zones. */
  constructor(elsewhere: string, zones: readonly ForwardedZone[]) {
    this.#elsewhere = elsewhere;
    this.set(zones);
  }

  /** From now on these zones are served so. */
  set(zones: readonly ForwardedZone[]): void {
    for (const zone of zones) {
      for (const rule of this.#zones.get(zone.origin)?.rules ?? []) this.#struck.delete(rule);
      this.#zones.set(zone.origin, zone);
    }
  }

  /** Counts the question where its rule strikes so many only. */
  route(question: Question | undefined): Route {
    const zone = question && this.#zoneOf(question);
    if (question === undefined || zone === undefined) return { forward: this.#elsewhere, rule: undefined };
    const rule = zone.rules.find((one) => this.#strikes(one, question));
    if (rule?.times !== undefined) this.#struck.set(rule, this.#count(rule) + 1);
    return { forward: zone.forward, rule };
  }

  #strikes(rule: RelayRule, { name, type }: Question): boolean {
    return (
      (rule.type === undefined || rule.type === type) &&
      (rule.name === undefined || rule.name === name) &&
      (rule.times === undefined || this.#count(rule) < rule.times)
    );
  }

  #count(rule: RelayRule): number {
    return this.#struck.get(rule) ?? 0;
  }

  /** The deepest that the name is in; DS records belong to the zone above. */
  #zoneOf({ name, type }: Question): ForwardedZone | undefined {
    for (let at = type === typeDs ? parentOf(name) : name; ; at = parentOf(at)) {
      const zone = this.#zones.get(at);
      if (zone !== undefined || at === ".") return zone;
    }
  }
}

function parentOf(name: string): string {
  let dot = name.indexOf(".");
  while (isEscaped(name, dot)) dot = name.indexOf(".", dot + 1);
  return name.slice(dot + 1) || ".";
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(name: string, at: number): boolean {
  let start = at;
  while (name[start - 1] === "\\") start -= 1;
  return (at - start) % 2 === 1;
}
