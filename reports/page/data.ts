import { gzipSync } from "node:zlib";
import type { Evidence } from "../../harness/model/evidence.ts";
import type { Results, ScenarioResult, TrialResult } from "../../harness/model/results.ts";
import { sequenceOf } from "../sequence/events.ts";
import { sequenceHtml } from "../sequence/html.ts";
import { commandFor } from "../shared/command.ts";
import { outcomeMeanings, policyMeanings, verdictSigns } from "../shared/signs.ts";
import { type Html, html, trusted } from "./html.ts";

/** What the page's script gets to know. */
export interface PageData {
  readonly scenarios: readonly ScenarioResult[];
  readonly trials: readonly TrialResult[];
  /** By trial id. */
  readonly evidence: Readonly<Record<string, Evidence>>;
  /** The command that repeats a trial, by trial id. */
  readonly commands: Readonly<Record<string, string>>;
  /** Markup of the sequence diagram of each trial of an attack, by trial id. */
  readonly sequences: Readonly<Record<string, string>>;
  readonly signs: typeof verdictSigns;
  readonly policies: typeof policyMeanings;
  readonly outcomes: typeof outcomeMeanings;
}

/** Above this many characters the data is stored compressed. */
const mostPlain = 2_000_000;

/** A data block (never run, so no script): JSON, or Base64 of gzip where that would be large. */
export function dataBlock({ scenarios, trials }: Results, evidence: ReadonlyMap<string, Evidence>): Html {
  const data: PageData = {
    scenarios,
    trials,
    evidence: Object.fromEntries(evidence),
    commands: Object.fromEntries(trials.map((trial) => [trial.id, commandFor(trial)])),
    sequences: Object.fromEntries(sequencesOf({ scenarios, trials }, evidence)),
    signs: verdictSigns,
    policies: policyMeanings,
    outcomes: outcomeMeanings,
  };
  const json = JSON.stringify(data);
  if (json.length > mostPlain) {
    const packed = gzipSync(json).toString("base64");
    return html`<script type="text/plain" id="data">${trusted(packed)}</script>`;
  }
  // The only way out of a script element is "</script" (or a comment): there is no "<" left.
  return html`<script type="application/json" id="data">${trusted(json.replaceAll("<", "\\u003c"))}</script>`;
}

function sequencesOf(
  { scenarios, trials }: Pick<Results, "scenarios" | "trials">,
  evidence: ReadonlyMap<string, Evidence>,
): readonly (readonly [string, string])[] {
  const attacks = new Set(scenarios.filter(({ attack }) => attack).map(({ id }) => id));
  return trials.flatMap(({ id, scenario, role, steps }) => {
    const seen = evidence.get(id);
    if (!seen || role === "twin" || !attacks.has(scenario)) return [];
    const titles = (steps ?? []).map(({ title }) => title);
    return [[id, sequenceHtml(sequenceOf(seen, titles)).markup] as const];
  });
}
