/** HTML as a value of its own, so that text and markup cannot be taken for each other. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Piece = Html | string | number | null | readonly Piece[];

/** A template in which everything but Html is escaped; null and lists without members leave nothing. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(String.raw({ raw: strings }, ...pieces.map(markupOf)));
}

/** Markup, styles or scripts that the project itself wrote. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function markupOf(piece: Piece): string {
  if (piece === null) return "";
  if (piece instanceof Html) return piece.markup;
  if (typeof piece === "string" || typeof piece === "number") return escaped(String(piece));
  return piece.map(markupOf).join("");
}

/** Enough for text and for attributes in double quotes. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
