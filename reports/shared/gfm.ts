import { visibleLine } from "./characters.ts";

/** GitHub-flavoured Markdown. */

export function table(head: string, rows: readonly string[]): string {
  const columns = head.split(" | ").length;
  return [`| ${head} |`, `|${" --- |".repeat(columns)}`, ...rows.map((row) => `| ${row} |`)].join("\n");
}

/** Text that stands for itself: nothing in it is markup, a table border, a mention or a line break. */
export function text(value: string): string {
  return visibleLine(value)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_~[\]|#!]/g, "\\$&")
    .replace(/(^|[^\w])@/g, "$1&#64;");
}

/** For ids and stacks. Backticks would end the code, bars the cell. */
export function code(value: string): string {
  return `\`${visibleLine(value).replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}
