import type * as z from "zod";
import {
  type AskingWay,
  askingWays,
  type LookupExpectation,
  type LookupOutcome,
  type LookupScenario,
  type ServerWay,
  serverWays,
} from "../model/lookup.ts";
import { outcomes, type Scenario } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { checkList, completed, contradiction } from "./check-scenarios.ts";
import { authority, authorityFile, lookup, lookupFile } from "./scenario-fields.ts";

/** From the text of a file of lookups to whole scenarios: fields are checked, what follows from a rule is filled in. */

type LookupText = z.infer<typeof lookup>;

/** No mail is sent to the domain. */
const anything = { level: "open" as const, permitted: [...outcomes], never: [] };

/** UsageError names file, scenario and field. */
export function checkLookups(content: unknown, shown: string): readonly LookupScenario[] {
  return checkList(content, shown, lookupFile, lookup, (text, group, where) => ({
    ...asked(text, [], group, shown, where),
    questions: questionsOf(text),
    measure: text.measure ?? null,
  }));
}

/** The same, of files of kind "authority". */
export function checkAuthorityScenarios(content: unknown, shown: string): readonly LookupScenario[] {
  return checkList(content, shown, authorityFile, authority, (text, group, where) => {
    const { change, expect, ways, refresh } = text;
    if (refresh !== undefined && !change)
      throw new UsageError(`${where}: field "refresh": nothing changes; "change" is missing`);
    const steps = change ? [{ title: "the zone has changed", ...change, expect: { dane: anything } }] : [];
    const expected: LookupExpectation = expect ?? { level: "must", permitted: ["secure"], never: [] };
    const whole = asked(text, steps, group, shown, where);
    return {
      ...whole,
      ...(refresh === undefined
        ? {}
        : { domain: refreshedBy(whole.domain, refresh), modes: ["secondary"] as const }),
      questions: [0, ...steps.map((_, index) => index + 1)].flatMap((step) =>
        (ways ?? serverWays).map((way) => ({ way, step, expectation: unsigned(expected, way) })),
      ),
      measure: null,
    };
  });
}

function refreshedBy(domain: Scenario, refresh: number): Scenario {
  const zonesOf = (zones: Scenario["zones"]): Scenario["zones"] =>
    Object.fromEntries(Object.entries(zones).map(([key, zone]) => [key, { ...zone, refresh }]));
  const steps = domain.steps.map((step) => ({ ...step, zones: zonesOf(step.zones) }));
  return { ...domain, zones: zonesOf(domain.zones), steps };
}

/** RFC 4035 3.1: signatures are for those that ask for them by DO. */
function unsigned(expected: LookupExpectation, way: ServerWay): LookupExpectation {
  return way === "server-plain" || way === "server-no-EDNS"
    ? { ...expected, permitted: replaced(expected.permitted, "secure", "insecure") }
    : expected;
}

/** The domain and the question about it. */
function asked(
  text: Pick<LookupText, "id" | "title" | "why" | "cites" | "zone" | "zones" | "mx" | "ask">,
  steps: Parameters<typeof completed>[0]["steps"],
  group: string,
  shown: string,
  where: string,
): Omit<LookupScenario, "questions" | "measure"> {
  const domain = completed(
    {
      ...{ id: text.id, title: text.title, why: text.why, cites: text.cites },
      ...{ zone: text.zone, zones: text.zones, mx: text.mx, steps, expect: { dane: anything } },
    },
    group,
    shown,
  );
  const problem = contradiction(domain);
  if (problem) throw new UsageError(`${where}: ${problem}`);
  const zone = text.ask?.zone ?? domain.mx[0]?.zone ?? "@";
  if (!(zone in domain.zones)) throw new UsageError(`${where}: field "ask.zone": there is no zone "${zone}"`);
  return {
    domain,
    zone,
    name: text.ask?.name ?? `_25._tcp.${domain.mx[0]?.name ?? "mx"}`,
    type: text.ask?.type ?? "TLSA",
  };
}

const usualWays: readonly AskingWay[] = ["DO", "AD", "CD", "TCP"];

function questionsOf({ expect, ways }: LookupText): LookupScenario["questions"] {
  const stated: Partial<Record<AskingWay, LookupExpectation>> = "level" in expect ? { DO: expect } : expect;
  const usual = "level" in expect ? usualWays : [];
  return askingWays.flatMap((way) => {
    const own = stated[way];
    const asked = ways ? ways.includes(way) : own !== undefined || usual.includes(way);
    const expectation = own ?? (stated.DO ? following(stated.DO, way) : undefined);
    return asked && expectation ? [{ way, expectation, step: 0 }] : [];
  });
}

/** What an expectation of a question with DO means for the same question put in another way. */
export function following(expected: LookupExpectation, way: AskingWay): LookupExpectation {
  switch (way) {
    case "DO":
    case "AD":
    case "TCP":
      return expected;
    case "plain":
      // RFC 6840 5.8: AD is for those that asked, by DO or AD.
      return {
        level: expected.permitted.includes("secure") ? "should" : expected.level,
        permitted: replaced(expected.permitted, "secure", "insecure"),
        never: [],
      };
    case "CD":
      return unchecked(expected);
  }
}

/** RFC 4035 3.2.2: what does not validate SHOULD be handed out; whether AD is set on what does is left open. */
function unchecked({ level, permitted }: LookupExpectation): LookupExpectation {
  const given = replaced(permitted, "bogus", "insecure");
  if (permitted.includes("secure"))
    return {
      level: "open",
      permitted: [
        ...new Set<LookupOutcome>([...(level === "open" ? permitted : given), ...given, "insecure"]),
      ],
      never: [],
    };
  return {
    level: level === "must" && permitted.includes("bogus") ? "should" : level,
    permitted: [...new Set<LookupOutcome>([...(level === "open" ? permitted : []), ...given])],
    never: ["secure"],
  };
}

function replaced(
  all: readonly LookupOutcome[],
  one: LookupOutcome,
  by: LookupOutcome,
): readonly LookupOutcome[] {
  return [...new Set(all.map((outcome) => (outcome === one ? by : outcome)))];
}
