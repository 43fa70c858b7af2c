import { visible } from "../../shared/characters.ts";
import { type Html, html, type Piece } from "../html.ts";
import { closedPart, facts, lines, log } from "./facts.ts";

/** Evidence of a kind that the page knows nothing of, field by field: what is short first, the rest closed until wanted. */

export function documentSummary(evidence: unknown): Html {
  return facts(
    fieldsOf(evidence)
      .filter(([name, value]) => name !== "trial" && isShort(value))
      .map(([name, value]) => [wordsOf(name), valueHtml(value)] as const),
  );
}

export function documentDetails(evidence: unknown): readonly Html[] {
  return fieldsOf(evidence)
    .filter(([, value]) => !isShort(value))
    .map(([name, value]) => {
      const note = Array.isArray(value) ? String(value.length) : "";
      return closedPart(wordsOf(name), note, valueHtml(value));
    });
}

function fieldsOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [["evidence", value]];
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function isShort(value: unknown): boolean {
  if (Array.isArray(value)) return value.length <= 3 && value.every(isShort) && value.every(isScalar);
  return isScalar(value) && String(value).length < 400 && !String(value).includes("\n");
}

function valueHtml(value: unknown): Piece {
  if (value === null || value === undefined) return "none";
  if (typeof value === "string") return value.includes("\n") ? log(value.split("\n")) : visible(value);
  if (typeof value !== "object") return String(value);
  if (!Array.isArray(value))
    return facts(fieldsOf(value).map(([name, one]) => [wordsOf(name), valueHtml(one)] as const));
  if (value.length === 0) return "none";
  if (value.every(isScalar))
    return value.length <= 3 ? lines(value.map((one) => visible(String(one)))) : log(value.map(String));
  return value.map((one) => html`<div class="session">${valueHtml(one)}</div>`);
}

/** "exitStatus": "Exit status" */
function wordsOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return visible(`${words.charAt(0).toUpperCase()}${words.slice(1)}`);
}
