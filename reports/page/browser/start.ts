import type { TrialResult } from "../../../harness/model/results.ts";
import { addressOf, type Filter, hrefOf, isWhole } from "../views/address.ts";
import { entryOf } from "../views/navigation.ts";
import { makePage } from "../views/pages.ts";
import { stepper } from "../views/stepper.ts";
import { offerCopies } from "./copy.ts";
import { readPage } from "./data.ts";
import { byId } from "./elements.ts";
import { createOverview } from "./overview.ts";
import { openForPrint } from "./print.ts";

/** Typing goes into the address once it rests, milliseconds: browsers let a page change its address only so often. */
const rest = 200;

/** The page at work: what the address says is shown, what is chosen goes into the address. */
export async function start(): Promise<void> {
  const { results, trialsOf } = await readPage();
  const title = document.title;
  const page = byId("page");
  let address = addressOf(location.hash);
  let trial: TrialResult | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const remember = (filter: Filter): void => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (address.page === "matrix") history.replaceState(null, "", hrefOf("matrix", "", filter));
    }, rest);
  };
  const overview = createOverview(results, address.filter, remember);
  overview.setFilter(address.filter);

  const show = async (): Promise<void> => {
    clearTimeout(waiting);
    const wanted = addressOf(location.hash);
    address = wanted;
    // A link from page to page carries no filter: what was chosen stays.
    const isNew = hrefOf("matrix", "", wanted.filter) !== hrefOf("matrix", "", overview.filter());
    if (wanted.page === "matrix" || !isWhole(wanted.filter)) {
      if (isNew) overview.setFilter(wanted.filter);
    } else if (!isWhole(overview.filter()))
      history.replaceState(null, "", hrefOf(wanted.page, wanted.name, overview.filter()));
    for (const link of document.querySelectorAll<HTMLAnchorElement>("nav a[data-page]")) {
      if (link.dataset["page"] === entryOf(wanted.page)) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (wanted.page === "matrix") {
      page.hidden = true;
      document.title = title;
      overview.enter(trial);
      trial = undefined;
      return;
    }
    const made = await makePage(results, wanted, trialsOf);
    if (wanted !== address) return;
    trial = made.trial;
    const steps = trial ? stepper(overview.neighbours(trial), overview.filter()).markup : "";
    page.innerHTML = `${steps}${made.content.markup}`;
    overview.leave();
    page.hidden = false;
    document.title = made.title;
    scrollTo(0, 0);
    page.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  };

  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { target, key } = event;
    if (key === "Escape" && address.page !== "matrix")
      location.hash = hrefOf("matrix", "", overview.filter());
    const inField = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (key !== "/" || address.page !== "matrix" || inField) return;
    event.preventDefault();
    byId("text").focus();
  });
  offerCopies(page);
  openForPrint();
  addEventListener("hashchange", () => void show());
  await show();
}
