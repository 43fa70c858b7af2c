import { readData } from "./data.js";
import { h } from "./elements.js";
import { setUpFilter } from "./filter.js";
import { panelOf } from "./panel.js";

const panel = /** @type {HTMLDialogElement} */ (document.getElementById("panel"));
const body = /** @type {HTMLElement} */ (document.getElementById("panel-body"));
const before = /** @type {HTMLButtonElement} */ (document.getElementById("before"));
const after = /** @type {HTMLButtonElement} */ (document.getElementById("after"));
const title = document.title;

/** Read when first wanted. @type {ReturnType<typeof readData> | undefined} */
let reading;

/** The cells that are shown, in the order of the matrix. @returns {HTMLAnchorElement[]} */
function shownCells() {
  return /** @type {HTMLAnchorElement[]} */ ([
    ...document.querySelectorAll("#matrix tr:not([hidden]) a.cell"),
  ]);
}

/** The trial that the address names: "#ee-expired/postfix@3.10+unbound@1.26/dane". */
function wantedId() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

/** @param {string} id */
function cellOf(id) {
  return shownCells().find((cell) => cell.getAttribute("href") === `#${encodeURI(id)}`);
}

async function showWanted() {
  const id = wantedId();
  if (id === "") {
    panel.close();
    return;
  }
  reading ??= readData();
  const data = await reading.catch(() => undefined);
  if (id !== wantedId()) return;
  const trial = data?.trials.find((one) => one.id === id);
  const missing = data ? "No such trial in this run" : "This browser cannot read the evidence in this file";
  body.replaceChildren(
    h(
      "div",
      {},
      data && trial ? panelOf(data, trial) : [h("h2", { id: "panel-title" }, missing), h("p", {}, id)],
    ),
  );
  document.title = trial ? `${trial.verdict}: ${trial.scenario}` : title;
  const cells = shownCells();
  const place = cells.findIndex((cell) => cell.getAttribute("href") === `#${encodeURI(id)}`);
  step(before, cells[place - 1]);
  step(after, place < 0 ? undefined : cells[place + 1]);
  if (!panel.open) panel.showModal();
  body.scrollTop = 0;
  body.focus();
}

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLAnchorElement | undefined} cell
 */
function step(button, cell) {
  button.disabled = cell === undefined;
  button.onclick = () => {
    if (cell) location.replace(cell.href);
  };
}

panel.addEventListener("close", () => {
  const cell = cellOf(wantedId());
  document.title = title;
  if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  cell?.focus();
});
document.getElementById("close")?.addEventListener("click", () => panel.close());
// A click beside the panel closes it.
panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});

const rows = { ArrowUp: -1, ArrowDown: 1 };
const columns = { ArrowLeft: -1, ArrowRight: 1 };
document.getElementById("matrix")?.addEventListener("keydown", (event) => {
  const here = event.target instanceof Element ? event.target.closest("td") : null;
  const row = here?.closest("tr");
  if (!here || !row || event.altKey || event.ctrlKey || event.metaKey) return;
  const down = rows[/** @type {keyof typeof rows} */ (event.key)] ?? 0;
  const right = columns[/** @type {keyof typeof columns} */ (event.key)] ?? 0;
  if (down === 0 && right === 0) return;
  const all = /** @type {HTMLTableRowElement[]} */ ([
    ...document.querySelectorAll("#matrix tr[data-words]:not([hidden])"),
  ]);
  const target = all[all.indexOf(row) + down]?.cells[here.cellIndex + right]?.querySelector("a");
  if (!target) return;
  event.preventDefault();
  target.focus();
});

addEventListener("hashchange", showWanted);
setUpFilter();
await showWanted();
