import type { Results, ScenarioResult, StepResult, TrialResult } from "../../../harness/model/results.ts";
import { isMailPolicy } from "../../../harness/model/verdict.ts";
import { sequenceOf } from "../../sequence/events.ts";
import { sequenceHtml } from "../../sequence/html.ts";
import { visible } from "../../shared/characters.ts";
import { commandFor } from "../../shared/command.ts";
import { policyMeanings, verdictSigns, whatHappened } from "../../shared/signs.ts";
import { type Html, html, type Piece } from "../html.ts";
import type { StoredTrials } from "../stored.ts";
import { hrefOf } from "./address.ts";
import { documentDetails, documentSummary } from "./document.ts";
import { facts, lines, part, table } from "./facts.ts";
import { asLookup, asMail, asVerification } from "./kinds.ts";
import {
  implementationLink,
  listed,
  requirementLink,
  sectionLink,
  trialLink,
  verdictBadge,
} from "./links.ts";
import { lookupDetails, lookupSummary } from "./lookup.ts";
import { happenedIn } from "./matrix.ts";
import { proofs } from "./proofs.ts";
import { setupParts } from "./setup.ts";
import { storyOf } from "./story.ts";
import { verificationDetails, verificationSummary } from "./verification.ts";
import { stepsOf, witnessDetails, witnessSummary } from "./witnesses.ts";

/** All that is known of one trial. */
export function trialPage(results: Results, trial: TrialResult, stored: StoredTrials): Html {
  const scenario = results.scenarios.find(({ id }) => id === trial.scenario);
  const evidence = stored.evidence[trial.id];
  return html`<p class="where">${verdictBadge(trial.verdict)} <code>${trial.scenario}</code> ${whose(trial)}</p>
<h1 tabindex="-1">${scenario?.title ?? trial.scenario}</h1>
<p class="story">${visible(storyOf(trial, evidence))}</p>
${verdictBox(trial)}
<div class="beside">
${part("What is expected", expectation(trial, scenario))}
${part("What the witnesses saw", summaryOf(trial, evidence))}
</div>
${trial.steps ? part("Step by step", stepsTable(trial.steps)) : null}
${diagram(trial, evidence)}
${setupParts(trial.domain === undefined ? undefined : stored.domains[trial.domain], titlesOf(trial))}
${detailsOf(trial, evidence)}
${packets(trial, evidence)}
${proofs(results, trial, stored)}
${part("Run just this again", html`<div class="command"><code>${commandFor(trial)}</code><button type="button" class="copy">Copy</button></div>`)}`;
}

function whose({ sender, resolver, policy, role, canary }: TrialResult): Html {
  const kinds = {
    main: "",
    control: ", a control: the attack must succeed",
    twin: ", a twin: its TLSA records match nothing",
  };
  const place = canary ? `, at the ${canary} of the run` : "";
  if (policy === "lookup" || policy === "probe") return html`${implementationLink(resolver)}${place}`;
  if (policy === "verification")
    return html`${implementationLink(sender)} with ${implementationLink(resolver)}${kinds[role]}`;
  if (!isMailPolicy(policy))
    return html`${implementationLink(resolver)}, ${policy} <small>(${policyMeanings[policy]})</small>${place}`;
  return html`${implementationLink(sender)} with ${implementationLink(resolver)}, policy ${policy} <small>(${policyMeanings[policy]})</small>${kinds[role]}${place}`;
}

function verdictBox({ verdict, reasons, divergence }: TrialResult): Html {
  const { meaning } = verdictSigns[verdict];
  return html`<div class="reasons v-${verdict}"><p><b>${verdictSigns[verdict].symbol} ${verdict}</b>: ${meaning}.</p>${lines(
    reasons.map((reason) => visible(reason)),
  )}${
    divergence
      ? facts([
          ["Severity", divergence.severity ?? null],
          ["Evidence", divergence.evidence ?? null],
          [
            "Discussed",
            divergence.link ? html`<a href="${divergence.link}" rel="external">${divergence.link}</a>` : null,
          ],
        ])
      : null
  }</div>`;
}

const levels: Readonly<Record<TrialResult["level"], string>> = {
  must: "MUST: anything else fails",
  should: "SHOULD: anything else is a warning",
  open: "left open by the RFCs: recorded",
};

const losses = {
  "on-the-wire": "the mail is read in clear text on the wire",
  "to-the-attacker": "the attacker reads the mail",
} as const;

function expectation(
  { level, expected, policy, role, steps }: TrialResult,
  scenario: ScenarioResult | undefined,
): Html {
  const own = scenario?.expect[policy];
  const cites = scenario?.cites ?? [];
  return facts([
    ["Level", role === "control" ? "a control: the attack must succeed" : levels[level]],
    [
      "Permitted",
      steps
        ? steps.map((step) => html`<p>${step.title}: ${step.expected.join(" or ")}</p>`)
        : expected.join(" or "),
    ],
    ["Never", role === "main" ? (own?.never.join(" or ") ?? null) : null],
    ["To be lost", role === "control" && own?.leaks ? losses[own.leaks] : null],
    ["Decided by", cites.length > 0 ? listed(cites.map(sectionLink)) : null],
    ["In this run", cites.length > 0 ? listed(cites.map(requirementLink)) : null],
    [
      "Attack",
      scenario?.attack
        ? html`<a href="${hrefOf("attack", scenario.id)}">what it does on every stack</a>`
        : null,
    ],
    ["Why", scenario?.why ?? null],
  ]);
}

function summaryOf(trial: TrialResult, evidence: unknown): Piece {
  const [mail, lookup, verification] = [asMail(evidence), asLookup(evidence), asVerification(evidence)];
  if (lookup) return lookupSummary(lookup);
  if (verification) return verificationSummary(verification);
  if (evidence === undefined)
    return html`<p class="muted">Not in this page, which holds only so much: see <a href="${encodeURI(trial.evidence)}">${trial.evidence}</a>.</p>`;
  if (!mail) return documentSummary(evidence);
  const titles = titlesOf(trial);
  return stepsOf(mail).map((seen, index) =>
    mail.steps.length === 0
      ? witnessSummary(seen)
      : html`<h3>Step ${index + 1}: ${titles[index] ?? ""}</h3>${witnessSummary(seen)}`,
  );
}

function titlesOf({ steps }: TrialResult): readonly string[] {
  return (steps ?? []).map(({ title }) => title);
}

function stepsTable(steps: readonly StepResult[]): Html {
  return table(
    ["Step", "Permitted", "Outcome", "Verdict", "Seen"],
    steps.map(({ title, expected, outcome, verdict, claimed }) => [
      title,
      expected.join(" or "),
      outcome ?? "not known",
      verdictBadge(verdict),
      visible(claimed ?? ""),
    ]),
  );
}

function diagram(trial: TrialResult, evidence: unknown): Html | null {
  const mail = asMail(evidence);
  if (!mail) return null;
  return part("Who said what to whom", sequenceHtml(sequenceOf(mail, titlesOf(trial), { authority: true })));
}

function detailsOf(trial: TrialResult, evidence: unknown): Piece {
  const [mail, lookup, verification] = [asMail(evidence), asLookup(evidence), asVerification(evidence)];
  if (lookup) return lookupDetails(lookup);
  if (verification) return verificationDetails(verification);
  if (mail) {
    const titles = titlesOf(trial);
    return stepsOf(mail).map((seen, index) =>
      mail.steps.length === 0
        ? witnessDetails(seen)
        : html`<h2 class="step">Step ${index + 1}: ${titles[index] ?? ""}</h2>${witnessDetails(seen)}`,
    );
  }
  if (evidence === undefined) return null;
  return documentDetails(evidence);
}

function packets({ evidence: path }: TrialResult, evidence: unknown): Html {
  const file = asMail(evidence)?.packets ?? null;
  return part(
    "Files beside this report",
    lines([
      html`<a href="${encodeURI(path)}">${path}</a>: all that the witnesses saw`,
      ...(file
        ? [
            html`<a href="${encodeURI(file)}" download>${file}</a>: its packets, mail and DNS, with the TLS secrets of the lab's own servers and attackers, so that <code>wireshark</code> shows what was encrypted`,
          ]
        : []),
    ]),
  );
}

/** "deferred", with the verdict before it, as a link. */
export function resultLink(trial: TrialResult): Html {
  return html`${trialLink(trial, html`${verdictBadge(trial.verdict)} ${happenedIn(trial)}`)}`;
}

export function titleOfTrial(trial: TrialResult): string {
  return `${trial.verdict}: ${trial.scenario}, ${whatHappened(trial)}`;
}
