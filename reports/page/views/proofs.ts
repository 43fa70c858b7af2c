import type { Results, TrialResult } from "../../../harness/model/results.ts";
import { type Html, html, type Piece } from "../html.ts";
import type { StoredTrials } from "../stored.ts";
import { lines, part } from "./facts.ts";
import { asMail } from "./kinds.ts";
import { implementationLink, trialLink, verdictBadge } from "./links.ts";
import { happenedIn } from "./matrix.ts";
import { witnessSummary } from "./witnesses.ts";

/** The trials that show that this one means something, and those that it can be laid beside. */
export function proofs(
  { trials }: Results,
  trial: TrialResult,
  stored: StoredTrials,
): readonly (Html | null)[] {
  const twin = trials.find(({ of }) => of === trial.id);
  const original = trial.of === null ? undefined : trials.find(({ id }) => id === trial.of);
  const alike = trials.filter(
    (other) =>
      other.id !== trial.id &&
      other.role !== "twin" &&
      other.scenario === trial.scenario &&
      other.canary === trial.canary,
  );
  const isHere = (other: TrialResult): boolean =>
    other.sender === trial.sender && other.resolver === trial.resolver;
  const elsewhere = alike.filter((other) => !isHere(other) && other.policy === trial.policy);
  return [
    twin ? part("Its twin", twinTold(twin, stored)) : null,
    original ? part("Twin of", html`<p>${told(original, original.id)}</p>`) : null,
    linked("Here, set otherwise", alike.filter(isHere), ({ role, policy }) =>
      role === "control" ? `control: ${policy}` : policy,
    ),
    linked("The same elsewhere", elsewhere, ({ sender, resolver }) =>
      sender === "danelab"
        ? implementationLink(resolver)
        : html`${implementationLink(sender)} with ${implementationLink(resolver)}`,
    ),
  ];
}

function twinTold(twin: TrialResult, stored: StoredTrials): Piece {
  const seen = asMail(stored.evidence[twin.id]);
  return [
    html`<p>The same domain, with TLSA records that match nothing. A sender that compares must not deliver there: ${told(twin, twin.policy)}</p>`,
    seen
      ? html`<details><summary>What the witnesses of the twin saw</summary>${witnessSummary(seen)}</details>`
      : null,
  ];
}

function linked(
  title: string,
  trials: readonly TrialResult[],
  name: (trial: TrialResult) => Piece,
): Html | null {
  if (trials.length === 0) return null;
  return part(title, lines(trials.map((one) => html`${told(one, happenedIn(one))} ${name(one)}`)));
}

function told(trial: TrialResult, text: string): Html {
  return html`${verdictBadge(trial.verdict)} ${trialLink(trial, text)}`;
}
