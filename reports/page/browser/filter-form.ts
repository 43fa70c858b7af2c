import type { Filter } from "../views/address.ts";
import { byId } from "./elements.ts";

/** The bar above the matrix: what stands in it is the filter. */
export interface FilterForm {
  show(filter: Filter, policies: readonly string[]): void;
}

const choices = ["group", "requirement", "level"] as const;

/** @param changed is called at every change by the reader; not of what `show` changes */
export function filterForm(changed: (filter: Filter) => void): FilterForm {
  const form = byId<HTMLFormElement>("filter");
  const text = byId<HTMLInputElement>("text");
  const select = (name: string): HTMLSelectElement | null =>
    form.querySelector<HTMLSelectElement>(`select#${name}`);
  const chips = [...form.querySelectorAll<HTMLButtonElement>("button.chip")];
  const pressed = (kind: "verdict" | "policy"): readonly string[] =>
    chips.flatMap((chip) => (chip.getAttribute("aria-pressed") === "true" ? (chip.dataset[kind] ?? []) : []));

  const tell = (): void =>
    changed({
      text: text.value.trim(),
      group: select("group")?.value ?? "",
      requirement: select("requirement")?.value ?? "",
      level: select("level")?.value ?? "",
      verdicts: pressed("verdict"),
      policies: pressed("policy"),
    });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", tell);
  form.addEventListener("click", (event) => {
    const chip = event.target instanceof Element ? event.target.closest("button.chip") : null;
    if (!chip) return;
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    tell();
  });

  return {
    show(filter, policies) {
      if (text.value.trim() !== filter.text) text.value = filter.text;
      for (const name of choices) {
        const field = select(name);
        if (field) field.value = filter[name];
      }
      for (const chip of chips) {
        const { verdict, policy } = chip.dataset;
        const on = verdict ? filter.verdicts.includes(verdict) : policies.includes(policy ?? "");
        chip.setAttribute("aria-pressed", String(on));
      }
    },
  };
}
