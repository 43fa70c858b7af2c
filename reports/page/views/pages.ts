import type { Results, TrialResult } from "../../../harness/model/results.ts";
import { implementationName } from "../../shared/names.ts";
import { type Html, html } from "../html.ts";
import type { StoredTrials } from "../stored.ts";
import type { Address } from "./address.ts";
import { attackList, attackPage } from "./attack-page.ts";
import { implementationList, implementationPage } from "./implementation-page.ts";
import { implementationsOf } from "./implementations.ts";
import { limitsPage } from "./limits-page.ts";
import { requirementList, requirementPage } from "./requirement-page.ts";
import { isCited } from "./requirements.ts";
import { titleOfTrial, trialPage } from "./trial.ts";

export interface MadePage {
  readonly title: string;
  readonly content: Html;
  /** The trial that it is about. */
  readonly trial?: TrialResult;
}

/** The page that an address names; one that says so where there is no such thing. */
export async function makePage(
  results: Results,
  { page, name }: Address,
  trialsOf: (scenario: string) => Promise<StoredTrials>,
): Promise<MadePage> {
  const { scenarios, trials } = results;
  switch (page) {
    case "trial": {
      const trial = trials.find(({ id }) => id === name);
      if (!trial) break;
      const content = trialPage(results, trial, await trialsOf(trial.scenario));
      return { title: titleOfTrial(trial), content, trial };
    }
    case "implementations":
      return { title: "Implementations", content: implementationList(results) };
    case "implementation":
      if (!implementationsOf(results).includes(name)) break;
      return { title: implementationName(name), content: implementationPage(results, name) };
    case "requirements":
      return { title: "Requirements", content: requirementList(results) };
    case "requirement":
      if (!scenarios.some(({ cites }) => isCited(cites, name))) break;
      return { title: name, content: requirementPage(results, name) };
    case "attacks":
      return { title: "Attacks", content: attackList(results) };
    case "attack": {
      const scenario = scenarios.find(({ id, attack }) => attack && id === name);
      if (!scenario) break;
      return { title: scenario.title, content: attackPage(results, scenario, await trialsOf(name)) };
    }
    case "limits":
      return { title: "Limits of the resolvers", content: limitsPage(results) };
    case "matrix":
      break;
    default:
      page satisfies never;
  }
  return missing(`There is no ${page} ${name} in this run`.replace("  ", " "));
}

function missing(told: string): MadePage {
  return { title: told, content: html`<h1 tabindex="-1">${told}</h1><p><a href="#/">To the matrix</a></p>` };
}
