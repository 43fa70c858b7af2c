import type { Results } from "../../../harness/model/results.ts";
import { limitsOf } from "../../shared/limits.ts";
import { type Html, html } from "../html.ts";
import { hrefOf, type PageName } from "./address.ts";

interface Entry {
  readonly page: PageName;
  readonly name: string;
  /** The pages that one comes to from there. */
  readonly holds: readonly PageName[];
}

const entries: readonly Entry[] = [
  { page: "matrix", name: "Matrix", holds: ["trial"] },
  { page: "implementations", name: "Implementations", holds: ["implementation"] },
  { page: "requirements", name: "Requirements", holds: ["requirement"] },
  { page: "attacks", name: "Attacks", holds: ["attack"] },
  { page: "limits", name: "Limits", holds: [] },
];

export function navigation(results: Results): Html {
  const shown = entries.filter(
    ({ page }) =>
      (page !== "attacks" || results.scenarios.some(({ attack }) => attack)) &&
      (page !== "limits" || limitsOf(results).length > 0),
  );
  return html`<header class="top"><a class="skip" href="#/" id="skip">Skip to the matrix</a><div class="bound"><a class="brand" href="#/">danelab <small>${results.run.danelab}</small></a>
<nav aria-label="Pages">${shown.map(({ page, name }) => html`<a href="${hrefOf(page)}" data-page="${page}">${name}</a>`)}</nav></div></header>`;
}

/** The entry that stands for a page. */
export function entryOf(page: PageName): PageName {
  return entries.find((one) => one.page === page || one.holds.includes(page))?.page ?? "matrix";
}
