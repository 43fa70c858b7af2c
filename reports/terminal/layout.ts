import { styleText } from "node:util";
import type { Verdict } from "../../harness/model/results.ts";
import { visibleLine } from "../shared/characters.ts";

/** Text of fixed width. Widths are counted in characters: names, reasons and log lines are ASCII but for rare names. */

/** Cuts with an ellipsis, or fills with spaces. */
export function pad(text: string, width: number): string {
  return cut(text, width).padEnd(width);
}

export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Breaks at spaces into lines of at most `width`; words that are longer still are broken where they must be. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of visibleLine(text).split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** Wrapped lines behind an indent. */
export function indented(text: string, indent: number, columns: number): readonly string[] {
  return wrap(text, Math.max(20, columns - indent)).map((line) => `${" ".repeat(indent)}${line}`);
}

export type Style = Parameters<typeof styleText>[0];

const verdictStyles: Readonly<Record<Verdict, Style>> = {
  pass: "green",
  fail: ["bold", "red"],
  warn: "yellow",
  info: "blue",
  known: "cyan",
  unsupported: "gray",
  inconclusive: "magenta",
  error: ["bold", "magenta"],
};

/** Colour comes last, on text that already has its width. Colour never tells what words do not. */
export interface Paint {
  (style: Style, text: string): string;
  verdict(verdict: Verdict, text: string): string;
}

export function paintWith(colour: boolean): Paint {
  const paint = (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  return Object.assign(paint, {
    verdict: (verdict: Verdict, text: string) => paint(verdictStyles[verdict], text),
  });
}
