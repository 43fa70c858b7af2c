import { describe, expect, test } from "vitest";
import { checkFile } from "../run/check-scenarios.ts";
import {
  answer,
  intercept,
  leaksOnTheWire,
  leaksToTheAttacker,
  mismatch,
  must,
  octets,
  open,
  rawTlsa,
  type ScenarioText,
  scenarios,
  selfSigned,
  should,
  stripStarttls,
} from "../vocabulary.ts";
import { isAttack, type Plan, type PlanOptions, plan, sendingHostOf, stackOf, twinOf } from "./plan.ts";
import { type Outcome, outcomes, policies, type Scenario, senderPolicies } from "./scenario.ts";

const unbound = stackOf({ name: "postfix", version: "3.10" }, { name: "unbound", version: "1.26" });
const bind = stackOf({ name: "postfix", version: "3.10" }, { name: "bind", version: "9.20" });

type Text = Omit<ScenarioText, "title" | "cites">;

function scenariosOf(...texts: readonly Text[]): readonly Scenario[] {
  return checkFile(
    scenarios(
      "x",
      texts.map((text) => ({ title: text.id, cites: ["RFC 7672 2.2"], ...text })),
    ),
    "x.ts",
  );
}

function planned(texts: readonly Text[], options: Partial<PlanOptions> = {}): Plan {
  return plan(scenariosOf(...texts), { stacks: [unbound], policies: ["dane"], ...options });
}

/** Trial ids without the stack, where there is only one. */
function tails({ trials }: Plan): readonly string[] {
  return trials.map(({ id, stack }) => id.replace(`${stack}/`, ""));
}

const wrong: Text = { id: "wrong", mx: { tlsa: [mismatch("3 1 1")] }, expect: { dane: must("deferred") } };
const good: Text = { id: "good", expect: { dane: must("authenticated") } };
const strip: Text = {
  id: "strip",
  mx: { attacker: stripStarttls },
  steps: [],
  expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
};
const takes: Text = {
  id: "takes",
  mx: { attacker: intercept(selfSigned()) },
  steps: [],
  expect: {
    dane: must("deferred"),
    control: leaksToTheAttacker("encrypted"),
    verify: leaksToTheAttacker("encrypted"),
  },
};

test("one trial for each scenario, stack and policy", () => {
  const { trials } = planned([wrong, { ...wrong, id: "wrong2" }], {
    stacks: [unbound, bind],
    policies: ["dane", "dane-only", "may"],
  });
  const ids = ["wrong", "wrong2"].flatMap((id) =>
    ["dane", "dane-only", "may"].flatMap((policy) =>
      [unbound, bind].map((stack) => `${id}/${stack.id}/${policy}`),
    ),
  );
  expect(trials.map(({ id }) => id).sort()).toEqual(ids.sort());
  expect(unbound.id).toBe("postfix@3.10+unbound@1.26");
});

test("a policy of which a scenario expects nothing makes no trial", () => {
  expect(tails(planned([wrong], { policies }))).toEqual(senderPolicies.map((policy) => `wrong/${policy}`));
});

test("policies share no domain, stacks do", () => {
  const { trials, domains } = planned([good, wrong], { stacks: [unbound, bind], policies: ["dane", "may"] });
  expect(domains.map(({ key }) => key).sort()).toEqual([
    "good.dane",
    "good.dane-twin",
    "good.may",
    "wrong.dane",
    "wrong.may",
  ]);
  for (const { domain, scenario, policy, role } of trials)
    expect(domain).toBe(`${scenario}.${policy}${role === "twin" ? "-twin" : ""}`);
});

describe("controls", () => {
  test("of attacks are added though their policy is not selected, and ordinary ones are not", () => {
    const made = planned([wrong, strip, takes]);
    expect(made.trials.map(({ id, role }) => [id.replace(`${unbound.id}/`, ""), role])).toEqual([
      ["wrong/dane", "main"],
      ["strip/may", "control"],
      ["strip/dane", "main"],
      ["takes/may", "control"],
      ["takes/verify", "control"],
      ["takes/dane", "main"],
    ]);
  });

  test("an attack that begins later has its control from the start", () => {
    const later = { title: "the attacker comes", mx: strip.mx, expect: strip.expect };
    const made = planned([{ ...wrong, id: "later", steps: [later] } as Text], { policies: ["dane", "may"] });
    expect(made.trials.map(({ policy, role, steps }) => [policy, role, steps.length])).toEqual([
      ["may", "control", 1],
      ["dane", "main", 1],
    ]);
    expect(made.scenarios.map(isAttack)).toEqual([true]);
  });

  test("selecting their policy does not make them twice", () => {
    const made = planned([strip], { policies: ["may", "dane"] });
    expect(tails(made)).toEqual(["strip/may", "strip/dane"]);
    expect(made.trials[0]?.role).toBe("control");
  });
});

describe("twins", () => {
  test.each<[string, Text]>([
    ["authentication is demanded", good],
    ["authentication is one of several", { id: "x", expect: { dane: open("authenticated", "encrypted") } }],
    ["authentication is recommended", { id: "x", expect: { dane: should("authenticated") } }],
    [
      "one record of several matches",
      { id: "x", mx: { tlsa: [mismatch("3 1 1"), "3 0 1"] }, expect: { dane: must("authenticated") } },
    ],
    [
      "one host of several has a matching record",
      { id: "x", mx: [{ tlsa: [] }, {}], expect: { dane: must("authenticated") } },
    ],
  ])("a scenario has one where %s", (_, text) => {
    const { trials } = planned([text]);
    expect(trials).toHaveLength(2);
    const [main, twin] = trials;
    expect(twin).toMatchObject({ id: `${main!.id}/twin`, role: "twin", of: main!.id });
  });

  test.each<[string, ScenarioText["expect"]["dane"], readonly Outcome[]]>([
    ["nothing, where its trial must be authenticated", must("authenticated"), []],
    ["nothing more for being only recommended", should("authenticated", "deferred"), []],
    [
      "what its trial may be without authentication",
      open("authenticated", "encrypted", "cleartext"),
      ["encrypted", "cleartext"],
    ],
  ])("besides refusal it is permitted %s", (_, dane, also) => {
    const { expectation } = planned([{ id: "x", expect: { ...(dane ? { dane } : {}) } }]).trials[1]!;
    const permitted: readonly Outcome[] = ["deferred", "bounced", ...also];
    expect(expectation).toMatchObject({ level: "must", permitted });
    expect([...expectation.never, ...permitted].sort()).toEqual([...outcomes].sort());
  });

  test.each<[string, Text]>([
    ["nothing may be authenticated", wrong],
    [
      "nothing may be authenticated, though a record matches",
      { id: "x", expect: { dane: must("encrypted") } },
    ],
    [
      "no record matches",
      {
        id: "x",
        mx: { tlsa: [mismatch("3 1 1"), rawTlsa("3 1 1", "00")] },
        expect: { dane: open("authenticated") },
      },
    ],
    ["there is no record", { id: "x", mx: { tlsa: [] }, expect: { dane: open("authenticated") } }],
  ])("a scenario has none where %s", (_, text) => {
    expect(tails(planned([text]))).toEqual([`${text.id}/dane`]);
  });

  test("only policies that do DANE have one", () => {
    expect(tails(planned([good], { policies: ["dane", "dane-only", "may"] }))).toEqual([
      "good/dane",
      "good/dane/twin",
      "good/dane-only",
      "good/dane-only/twin",
      "good/may",
    ]);
  });

  test("the twin's records match no more, keep their parameters, and nothing else differs", () => {
    const [scenario] = scenariosOf({
      id: "x",
      mx: [
        { tlsa: ["3 1 1", "3 0 2", octets(16, "3 1 1"), rawTlsa("3 1 1", "abcd")] },
        { host: "mx9", tlsa: ["3 0 1"] },
      ],
      expect: { dane: must("authenticated") },
    }) as [Scenario];
    const twin = twinOf(scenario);
    const records = ({ mx }: Scenario) => mx.flatMap(({ tlsa }) => tlsa);
    expect(records(twin).some(({ data }) => "from" in data && data.matches)).toBe(false);
    const parameters = (one: Scenario) =>
      records(one).map(({ usage, selector, matchingType }) => [usage, selector, matchingType]);
    expect(parameters(twin)).toEqual(parameters(scenario));
    const altered = records(scenario).map((record) =>
      "from" in record.data ? { ...record, data: { ...record.data, matches: false } } : record,
    );
    expect(records(twin)).toEqual(altered);
    const [first, second] = scenario.mx;
    expect(twin).toEqual({
      ...scenario,
      mx: [
        { ...first, tlsa: altered.slice(0, 4) },
        { ...second, tlsa: altered.slice(4) },
      ],
    });
  });

  test("the end of an attack, which follows by rule, has none; one that is told has", () => {
    const { steps, ...ends } = strip;
    const told = { title: "over", mx: {}, expect: { dane: must("authenticated") } };
    const roles = (text: Text) => planned([text]).trials.map(({ role }) => role);
    expect(steps).toEqual([]);
    expect(roles(ends)).toEqual(["control", "main"]);
    expect(roles({ ...ends, steps: [told] })).toEqual(["control", "main", "twin"]);
  });

  test("so do those of what is forged", () => {
    const [scenario] = scenariosOf({
      id: "x",
      zone: { answers: [answer("forge", "TLSA")] },
      forged: { mx: { tlsa: ["3 1 1", mismatch("3 0 1")] } },
      limit: "Nothing",
      expect: { dane: open("authenticated") },
    }) as [Scenario];
    expect(twinOf(scenario).forged?.mx[0]?.tlsa).toMatchObject([
      { data: { matches: false, matchingType: 1 } },
      { data: { matches: false } },
    ]);
  });

  test("of a scenario with steps it is the first step in which a delivery may be authenticated", () => {
    const { trials, domains } = planned([
      {
        ...wrong,
        id: "later",
        steps: [
          { title: "still wrong", expect: { dane: must("deferred") } },
          { title: "right", mx: { tlsa: ["3 1 1"] }, expect: { dane: must("authenticated") } },
        ],
      },
    ]);
    expect(trials.map(({ role, steps }) => [role, steps.map(({ title }) => title)])).toEqual([
      ["main", ["still wrong", "right"]],
      ["twin", []],
    ]);
    const twin = domains.find(({ key }) => key === trials[1]!.domain)!;
    expect(twin.scenario.steps).toEqual([]);
    expect(twin.scenario.mx[0]!.tlsa).toMatchObject([{ usage: 3, data: { matches: false } }]);
  });
});

describe("canaries", () => {
  const canary: Text = { ...good, id: "canary", canary: true };

  test("run at the start and at the end, each with a domain and a twin of its own", () => {
    const made = planned([canary, wrong]);
    expect(tails(made)).toEqual([
      "canary/dane/start",
      "canary/dane/start/twin",
      "canary/dane/end",
      "canary/dane/end/twin",
      "wrong/dane",
    ]);
    expect(made.trials.map(({ canary: place }) => place)).toEqual(["start", "start", "end", "end", null]);
    expect(made.domains.map(({ key }) => key)).toEqual([
      "canary.dane-start",
      "canary.dane-start-twin",
      "canary.dane-end",
      "canary.dane-end-twin",
      "wrong.dane",
    ]);
  });

  test("of a sending host that no scenario uses do not run", () => {
    const far: Text = { ...canary, id: "canary-far", resolver: { answers: [] } };
    expect(planned([canary, far, wrong]).scenarios.map(({ id }) => id)).toEqual(["canary", "wrong"]);
    const used = planned([canary, far, { ...wrong, resolver: { answers: [] } }]);
    expect(new Set(used.trials.map(sendingHostOf))).toEqual(new Set([unbound.id, `${unbound.id}/network`]));
    expect(tails(used)).toContain("canary-far/dane/end");
  });
});

describe("stacks and what changes", () => {
  test.each<[string, Text]>([
    ["steps", { ...wrong, steps: [{ title: "again", expect: { dane: must("deferred") } }] }],
    [
      "a name server that counts",
      { ...wrong, zone: { answers: [answer("servfail", "TLSA", { times: 1 })] } },
    ],
    [
      "a resolver's relay that counts",
      { ...wrong, resolver: { answers: [answer("drop", "MX", { times: 2 })] } },
    ],
  ])("no two stacks share a domain with %s", (_, text) => {
    const { trials, domains } = planned([text], { stacks: [unbound, bind] });
    expect(trials.map(({ domain }) => domain)).toEqual(["wrong.dane-1", "wrong.dane-2"]);
    expect(domains.map(({ key }) => key)).toEqual(["wrong.dane-1", "wrong.dane-2"]);
  });

  test("nor its twin, if that changes too", () => {
    const counts = { ...good, zone: { answers: [answer("servfail", "TLSA", { times: 1 })] } };
    expect(planned([counts], { stacks: [unbound, bind] }).trials.map(({ domain }) => domain)).toEqual([
      "good.dane-1",
      "good.dane-twin-1",
      "good.dane-2",
      "good.dane-twin-2",
    ]);
    const settles = { ...good, steps: [{ title: "again", expect: { dane: must("authenticated") } }] };
    expect(planned([settles], { stacks: [unbound, bind] }).trials.map(({ domain }) => domain)).toEqual([
      "good.dane-1",
      "good.dane-twin",
      "good.dane-2",
      "good.dane-twin",
    ]);
  });

  test("what a trial takes from its scenario", () => {
    const [trial] = planned([{ ...wrong, attempts: 3, resolver: { answers: [] } }]).trials;
    expect(trial).toMatchObject({ attempts: 3, reach: "network", canary: null, of: null });
  });
});

test("ids and domains are unique, every trial's domain is made, and the plan of a plan's input is the same", () => {
  const texts = [{ ...good, id: "canary", canary: true }, good, wrong, strip, takes];
  const options = { stacks: [unbound, bind], policies };
  const made = planned(texts, options);
  const unique = (names: readonly string[]) => expect(new Set(names).size).toBe(names.length);
  unique(made.trials.map(({ id }) => id));
  unique(made.domains.map(({ key }) => key));
  const keys = new Set(made.domains.map(({ key }) => key));
  expect(made.trials.filter(({ domain }) => !keys.has(domain))).toEqual([]);
  const used = new Set(made.trials.map(({ domain }) => domain));
  expect(made.domains.filter(({ key }) => !used.has(key))).toEqual([]);
  expect(planned(texts, options)).toEqual(made);
});

test("no scenarios, no policies, no stacks: no trials", () => {
  expect(plan([], { stacks: [unbound], policies }).trials).toEqual([]);
  expect(planned([good], { policies: [] }).trials).toEqual([]);
  expect(planned([good], { stacks: [] })).toMatchObject({ trials: [], domains: [] });
});

test("what a sender cannot do is left out of what is run, with its twin and its domain, and told", () => {
  const exim = stackOf({ name: "exim", version: "4.98" }, { name: "unbound", version: "1.26" });
  const texts: readonly Text[] = [
    good,
    { ...good, id: "cached", setup: "caches" },
    {
      ...good,
      id: "later",
      steps: [{ title: "unlike before", as: "may", expect: { dane: must("deferred") } }],
    },
  ];
  const { trials, domains, unsupported } = planned(texts, {
    stacks: [unbound, exim],
    policies: ["dane", "dane-only"],
    inability: ({ name }, policy, { setup }) =>
      name === "exim" && (policy === "may" || setup === "caches")
        ? { lacks: "policy", reason: `no ${policy} ${setup}` }
        : null,
  });
  const idsOf = (stack: string) => trials.filter((trial) => trial.stack === stack).map(({ id }) => id);
  expect(idsOf(exim.id)).toEqual(
    ["dane", "dane/twin", "dane-only", "dane-only/twin"].map((tail) => `good/${exim.id}/${tail}`),
  );
  expect(idsOf(unbound.id)).toHaveLength(12);
  expect(unsupported?.map(({ trial, reason }) => [trial.id, reason])).toEqual([
    [`cached/${exim.id}/dane`, "no dane caches"],
    [`cached/${exim.id}/dane-only`, "no dane-only caches"],
    [`later/${exim.id}/dane`, "no may plain"],
    [`later/${exim.id}/dane-only`, "no may plain"],
  ]);
  // A domain that changes is each stack's own.
  expect(domains.filter(({ key }) => key.startsWith("later")).map(({ key }) => key)).toEqual([
    "later.dane-1",
    "later.dane-twin",
    "later.dane-only-1",
    "later.dane-only-twin",
  ]);
});
