/** @import { PageData } from "../data.ts" */

/**
 * The data that stands in the page, inflated where it is stored compressed.
 *
 * @returns {Promise<PageData>}
 */
export async function readData() {
  const element = document.getElementById("data");
  const text = element?.textContent ?? "";
  if (element?.getAttribute("type") === "application/json") return JSON.parse(text);
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(inflated).json();
}
