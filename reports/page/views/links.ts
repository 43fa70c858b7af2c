import type { TrialResult } from "../../../harness/model/results.ts";
import { implementationName } from "../../shared/names.ts";
import { verdictSigns } from "../../shared/signs.ts";
import { type Html, html } from "../html.ts";
import { type Filter, hrefOf } from "./address.ts";

/** Things that many pages say, with where they lead. */

/** "✗ fail" */
export function verdictBadge(verdict: TrialResult["verdict"]): Html {
  return html`<span class="badge v-${verdict}">${verdictSigns[verdict].symbol} ${verdict}</span>`;
}

export function implementationLink(id: string): Html {
  return html`<a href="${hrefOf("implementation", id)}">${implementationName(id)}</a>`;
}

export function requirementLink(cite: string): Html {
  return html`<a href="${hrefOf("requirement", cite)}">${cite}</a>`;
}

export function trialLink(trial: TrialResult, text: Html | string, filter?: Filter): Html {
  return html`<a href="${hrefOf("trial", trial.id, filter)}">${text}</a>`;
}

/** "RFC 7672 3.1.1" at the RFC Editor's. */
export function sectionLink(cite: string): Html {
  const [, number, section] = /^RFC (\d+)(?: ([\d.A-Z]+))?$/.exec(cite) ?? [];
  if (!number) return html`${cite}`;
  const place = `https://www.rfc-editor.org/rfc/rfc${number}.html${section ? `#section-${section}` : ""}`;
  return html`<a href="${place}" rel="external">${cite}</a>`;
}

/** Members with ", " between them. */
export function listed(pieces: readonly (Html | string)[]): readonly (Html | string)[] {
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [", ", piece]));
}
