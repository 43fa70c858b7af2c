/** @typedef {Node | string | null | readonly Child[]} Child */

/**
 * Makes an element. Text goes in as text nodes and attributes by name, so nothing that a program logged is read as markup.
 *
 * @param {string} tag
 * @param {Readonly<Record<string, string>>} attributes
 * @param {Child[]} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...nodesOf(children));
  return element;
}

/**
 * @param {Child} child
 * @returns {readonly (Node | string)[]}
 */
function nodesOf(child) {
  if (child === null) return [];
  if (typeof child === "string" || child instanceof Node) return [child];
  return child.flatMap(nodesOf);
}

/**
 * A link only where it leads to the web; other schemes stay text.
 *
 * @param {string} address
 * @param {string} text
 * @returns {Child}
 */
export function webLink(address, text) {
  return /^https?:\/\//.test(address)
    ? h("a", { href: address, rel: "noreferrer", target: "_blank" }, text)
    : text;
}

/**
 * Terms with their descriptions; those without a description are left out.
 *
 * @param {readonly (readonly [string, Child])[]} entries
 * @returns {HTMLElement}
 */
export function facts(entries) {
  return h(
    "dl",
    { class: "facts" },
    entries.map(([term, value]) =>
      value === null || value === "" ? null : [h("dt", {}, term), h("dd", {}, value)],
    ),
  );
}
