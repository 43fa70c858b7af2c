/** Shows only the rows that hold the words and one of the chosen verdicts; what remains stays grouped. */
export function setUpFilter() {
  const text = /** @type {HTMLInputElement} */ (document.getElementById("text"));
  const shown = /** @type {HTMLOutputElement} */ (document.getElementById("shown"));
  const none = /** @type {HTMLElement} */ (document.getElementById("none"));
  const matrix = /** @type {HTMLTableElement} */ (document.getElementById("matrix"));
  const chips = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("button.chip")]);
  const rows = /** @type {HTMLElement[]} */ ([...matrix.querySelectorAll("tr[data-words]")]);

  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = chips
      .filter((chip) => chip.getAttribute("aria-pressed") === "true")
      .map((chip) => chip.dataset["verdict"] ?? "");
    let count = 0;
    for (const row of rows) {
      let hit = verdicts.length === 0;
      for (const cell of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("a.cell"))) {
        const wanted = verdicts.length === 0 || verdicts.includes(cell.dataset["verdict"] ?? "");
        cell.classList.toggle("dim", !wanted);
        hit ||= wanted;
      }
      row.hidden = !hit || !words.every((word) => row.dataset["words"]?.includes(word));
      if (!row.hidden) count++;
    }
    for (const body of matrix.tBodies) body.hidden = !body.querySelector("tr[data-words]:not([hidden])");
    matrix.hidden = count === 0;
    none.hidden = count > 0;
    shown.textContent = count === rows.length ? `${count} rows` : `${count} of ${rows.length} rows`;
  };

  text.addEventListener("input", apply);
  document.getElementById("filter")?.addEventListener("submit", (event) => event.preventDefault());
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      apply();
    });
  }
  document.getElementById("clear")?.addEventListener("click", () => {
    text.value = "";
    for (const chip of chips) chip.setAttribute("aria-pressed", "false");
    apply();
    text.focus();
  });
  apply();
}
