import type { TrialResult } from "../../../harness/model/results.ts";
import { type Html, html } from "../html.ts";
import { type Filter, hrefOf } from "./address.ts";

/** From one trial to the next that the matrix shows, and back to it. */
export function stepper(
  [before, after]: readonly [TrialResult | undefined, TrialResult | undefined],
  filter: Filter,
): Html {
  const step = (trial: TrialResult | undefined, text: string, rel: string): Html | null =>
    trial
      ? html`<a rel="${rel}" href="${hrefOf("trial", trial.id, filter)}" title="${trial.scenario}">${text}</a>`
      : null;
  return html`<nav class="stepper" aria-label="Trials"><a href="${hrefOf("matrix", "", filter)}">← Matrix</a>${step(before, "‹ Previous", "prev")}${step(after, "Next ›", "next")}</nav>`;
}
