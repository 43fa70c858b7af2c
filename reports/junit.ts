import type { Results, TrialResult } from "../harness/model/results.ts";
import { visible } from "./shared/characters.ts";
import { commandFor } from "./shared/command.ts";
import { stackIdOf } from "./shared/matrix.ts";
import { expectedOf, verdictTold, whatHappened } from "./shared/signs.ts";
import { foldedTrials, headline } from "./shared/summary.ts";

/**
 * JUnit XML in the dialect that CI systems read: a testsuite for each stack, a testcase for each trial. Twins are folded into
 * their trial. A suite "danelab" is added where something is wrong with the run itself.
 */
export function junitXml(results: Results): string {
  const groups = new Map(results.scenarios.map(({ id, group }) => [id, group]));
  const suites = [
    ...[...Map.groupBy(foldedTrials(results), stackIdOf)].map(
      ([stack, trials]): Suite => ({
        name: stack,
        properties: propertiesOf(results, stack),
        cases: trials.map((trial) => caseOf(trial, groups.get(trial.scenario) ?? "scenarios")),
      }),
    ),
    ...runSuite(results),
  ];
  const { start, end } = results.run;
  const cases = suites.flatMap((suite) => suite.cases);
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    element(
      "testsuites",
      { name: "danelab", ...tally(cases), time: seconds.toFixed(3) },
      suites.map((suite) => suiteXml(suite, start)),
    ),
    "",
  ].join("\n");
}

type Attributes = Readonly<Record<string, string | number>>;

interface Suite {
  readonly name: string;
  readonly properties: Attributes;
  readonly cases: readonly Case[];
}

interface Case {
  readonly classname: string;
  readonly name: string;
  readonly ms: number;
  readonly status: "passed" | "failure" | "error" | "skipped";
  /** Short, and whole. */
  readonly message: string;
  readonly details: string;
}

/** Whose word it is. */
const claimants = { mail: "the sender's log", lookup: "the answer", verification: "the verifier" } as const;

function caseOf(trial: TrialResult, group: string): Case {
  const kind = [
    trial.policy,
    ...(trial.role === "control" ? ["control"] : []),
    ...(trial.canary ? [trial.canary] : []),
  ];
  const { reasons, divergence } = trial;
  const message = verdictTold(trial);
  return {
    classname: group,
    name: `${trial.scenario} [${kind.join(", ")}]`,
    ms: trial.ms,
    status: statusOf(trial),
    message,
    details: [
      message,
      ...reasons.slice(1),
      `${expectedOf(trial)}; got: ${whatHappened(trial)}`,
      ...(trial.claimed
        ? [
            `${claimants[trial.policy === "lookup" || trial.policy === "verification" ? trial.policy : "mail"]}: ${trial.claimed}`,
          ]
        : []),
      ...(divergence?.severity ? [`severity: ${divergence.severity}`] : []),
      ...(divergence?.link ? [`see ${divergence.link}`] : []),
      commandFor(trial),
    ].join("\n"),
  };
}

function statusOf({ verdict }: TrialResult): Case["status"] {
  switch (verdict) {
    case "fail":
    case "inconclusive":
      return "failure";
    case "error":
      return "error";
    // As CI systems show a failure that is expected: apart from what passed, with its reason.
    case "known":
    case "unsupported":
      return "skipped";
    default:
      return "passed";
  }
}

/** What turns a run red beside its trials. */
function runSuite(results: Results): readonly Suite[] {
  const { errors, staleDivergences, interrupted } = results.run;
  const problem = (name: string, status: Case["status"], items: readonly string[]): readonly Case[] =>
    items.map((item) => ({ classname: "danelab", name, ms: 0, status, message: item, details: item }));
  const cases = [
    ...problem("the harness works", "error", errors),
    ...problem(
      "the run is complete",
      "error",
      interrupted ? [`The run was interrupted. ${headline(results)}`] : [],
    ),
    ...problem(
      "recorded divergences still occur",
      "failure",
      staleDivergences.map((text) => `no longer occurs: ${text}`),
    ),
  ];
  return cases.length > 0 ? [{ name: "danelab", properties: {}, cases }] : [];
}

function propertiesOf({ run }: Results, stack: string): Attributes {
  const concerned = run.programs.filter(
    ({ id, role }) => (role !== "sender" && role !== "resolver") || stack.split("+").includes(id),
  );
  return {
    danelab: run.danelab,
    engine: run.host.engine,
    ...Object.fromEntries(concerned.map(({ role, package: installed }) => [role, installed])),
  };
}

function suiteXml({ name, properties, cases }: Suite, timestamp: string): string {
  const seconds = cases.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  const told = Object.entries(properties).map(([key, value]) => element("property", { name: key, value }));
  return element(
    "testsuite",
    { name, ...tally(cases), time: seconds.toFixed(3), timestamp: timestamp.replace(/\.\d+Z$/, "") },
    [...(told.length > 0 ? [element("properties", {}, told)] : []), ...cases.map(caseXml)],
  );
}

function caseXml({ classname, name, ms, status, message, details }: Case): string {
  const result = {
    passed: [],
    skipped: [element("skipped", { type: message.split(":")[0] ?? "", message }, [content(details)])],
    failure: [element("failure", { type: "failure", message }, [content(details)])],
    error: [element("error", { type: "error", message }, [content(details)])],
  }[status];
  // A plain pass needs no words; warn and info do.
  const told =
    status === "passed" && !message.startsWith("pass:")
      ? [element("system-out", {}, [content(details)])]
      : [];
  return element("testcase", { classname, name, time: (ms / 1000).toFixed(3) }, [...result, ...told]);
}

function tally(cases: readonly Case[]): Attributes {
  const of = (status: Case["status"]) => cases.filter((one) => one.status === status).length;
  return { tests: cases.length, failures: of("failure"), errors: of("error"), skipped: of("skipped") };
}

/** The children are XML already. Elements stand on lines of their own; text keeps its own line breaks only. */
function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const told = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`);
  if (children.length === 0) return `<${name}${told.join("")}/>`;
  const lines = children.some((child) => child.startsWith("<"));
  const body = lines ? `\n${children.join("\n")}\n` : children.join("");
  return `<${name}${told.join("")}>${body}</${name}>`;
}

/** XML 1.0, 2.2: characters that may not stand even as references are made visible. */
function content(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** XML 1.0, 3.3.3: as references, line breaks and tabs survive in attributes. */
function attribute(text: string): string {
  return content(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}
