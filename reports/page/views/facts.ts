import { visible } from "../../shared/characters.ts";
import { type Html, html, type Piece } from "../html.ts";

/** Pieces that several parts of a trial's page are made of. What programs wrote goes through `said` or `log`. */

/** A list of terms, without those that have nothing to say. */
export function facts(pairs: readonly (readonly [term: string, told: Piece])[]): Html {
  const given = pairs.filter(([, told]) => told !== null && told !== "");
  return html`<dl class="facts">${given.map(([term, told]) => html`<dt>${term}</dt><dd>${told}</dd>`)}</dl>`;
}

/** A part of a page under a heading. */
export function part(title: string, content: Piece, kind = ""): Html {
  return html`<section class="part ${kind}"><h2>${title}</h2>${content}</section>`;
}

/** The same, closed until wanted. */
export function closedPart(title: string, note: string, content: Piece, kind = ""): Html {
  return html`<details class="part ${kind}"><summary><h2>${title}</h2> <small>${note}</small></summary>${content}</details>`;
}

export function lines(texts: readonly Piece[]): Html {
  return html`<ul class="lines">${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

/** Lines as a program wrote them. */
export function log(texts: readonly string[], kind = "log"): Html {
  return html`<pre class="${kind}" tabindex="0">${visible(texts.join("\n"))}</pre>`;
}

/** A table with more rows is laid out when one comes to it. */
const mostAtOnce = 40;

export function table(heads: readonly string[], rows: readonly (readonly Piece[])[], kind = ""): Html {
  const size = rows.length > mostAtOnce ? " long" : "";
  return html`<div class="wide${size}" tabindex="0" role="group" aria-label="${heads.join(", ")}"><table class="listing ${kind}"><thead><tr>${heads.map(
    (head) => html`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}
