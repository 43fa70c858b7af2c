import type { Results, ScenarioResult, TrialResult } from "../../../harness/model/results.ts";
import { sequenceOf } from "../../sequence/events.ts";
import { sequenceHtml } from "../../sequence/html.ts";
import { implementationName } from "../../shared/names.ts";
import { policyMeanings } from "../../shared/signs.ts";
import { type Attack, attacksOf, counted } from "../../shared/summary.ts";
import { type Html, html } from "../html.ts";
import type { StoredTrials } from "../stored.ts";
import { hrefOf } from "./address.ts";
import { part, table } from "./facts.ts";
import { asMail } from "./kinds.ts";
import { listed, sectionLink, trialLink, verdictBadge } from "./links.ts";
import { happenedIn } from "./matrix.ts";
import { storyOf } from "./story.ts";

/** An attack: what it does to a sender without DANE, what becomes of it with DANE, on every stack. */
export function attackPage(results: Results, scenario: ScenarioResult, stored: StoredTrials): Html {
  const attacks = attacksOf(results).filter((attack) => attack.scenario.id === scenario.id);
  const [control, defended] = shownTrials(attacks, stored);
  return html`<p class="where">Attack <code>${scenario.id}</code></p>
<h1 tabindex="-1">${scenario.title}</h1>
<p>${verdictOn(attacks)}${scenario.why ? ` ${scenario.why}` : ""}</p>
<p>See ${listed(scenario.cites.map(sectionLink))}.</p>
${part("Results", resultTable(attacks))}
${control ? part("Without DANE", told(control, stored)) : null}
${defended ? part("With DANE", told(defended, stored)) : null}`;
}

/** Of the first stack that has both. */
function shownTrials(
  attacks: readonly Attack[],
  { evidence }: StoredTrials,
): readonly [TrialResult | undefined, TrialResult | undefined] {
  const isSeen = ({ id }: TrialResult): boolean => asMail(evidence[id]) !== null;
  const pairs = attacks.map(
    ({ controls, defended }) => [controls.find(isSeen), defended.find(isSeen)] as const,
  );
  return pairs.find(([control, defended]) => control && defended) ?? pairs[0] ?? [undefined, undefined];
}

function told(trial: TrialResult, { evidence }: StoredTrials): Html {
  const seen = asMail(evidence[trial.id]);
  const titles = (trial.steps ?? []).map(({ title }) => title);
  return html`<p>${storyOf(trial, seen)} ${trialLink(trial, "The whole trial")}</p>${seen ? sequenceHtml(sequenceOf(seen, titles, { authority: true })) : null}`;
}

function resultTable(attacks: readonly Attack[]): Html {
  const cell = (trials: readonly TrialResult[]): Html =>
    trials.length === 0
      ? html`not tried`
      : html`${trials.map(
          (trial) =>
            html`<p>${verdictBadge(trial.verdict)} ${trialLink(trial, happenedIn(trial).replace(/^control: /, ""))} <small title="${policyMeanings[trial.policy]}">${trial.policy}</small></p>`,
        )}`;
  return table(
    ["Stack", "Controls: must lose the mail", "With DANE"],
    attacks.map(({ controls, defended }) => [
      stackName(controls[0] ?? defended[0]),
      cell(controls),
      cell(defended),
    ]),
  );
}

function stackName(trial: TrialResult | undefined): string {
  return trial ? `${implementationName(trial.sender)} with ${implementationName(trial.resolver)}` : "";
}

/** What the attack came to, in a sentence. */
function verdictOn(attacks: readonly Attack[]): string {
  const controls = attacks.flatMap((attack) => attack.controls);
  const defended = attacks
    .flatMap((attack) => attack.defended)
    .filter(({ verdict }) => verdict !== "unsupported");
  const lost = controls.filter(({ leaked }) => leaked).length;
  const got = defended.filter(({ leaked }) => leaked).length;
  const first =
    controls.length === 0
      ? "No control was run."
      : `It got the mail in ${lost} of ${counted(controls.length, "control")}.`;
  if (defended.length === 0) return first;
  const open = defended.every(({ level }) => level === "open") ? " DANE does not claim to stop it." : "";
  return `${first} With DANE it got the mail in ${got} of ${counted(defended.length, "trial")}.${open}`;
}

export function attackList(results: Results): Html {
  const byScenario = Map.groupBy(attacksOf(results), ({ scenario }) => scenario.id);
  const groups = Map.groupBy(
    results.scenarios.filter(({ attack }) => attack),
    ({ group }) => group,
  );
  return html`<h1 tabindex="-1">Attacks</h1>
<p>Each was tried on senders without DANE as well: a control that does not lose its mail shows that the attack proves nothing.</p>
${[...groups].map(([group, scenarios]) =>
  part(
    group,
    table(
      ["Attack", "What came of it"],
      scenarios.map(({ id, title }) => [
        html`<a href="${hrefOf("attack", id)}">${title}</a> <code>${id}</code>`,
        verdictOn(byScenario.get(id) ?? []),
      ]),
    ),
  ),
)}`;
}
