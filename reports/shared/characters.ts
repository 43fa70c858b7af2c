/**
 * Text from logs and from the wire may hold anything. Here control characters, bidirectional overrides and lone surrogates
 * become visible characters, so that no report can be broken or forged by what a program wrote.
 */
export function visible(text: string): string {
  return text.toWellFormed().replace(unwanted, (character) => {
    const code = character.codePointAt(0) ?? 0;
    // The block "Control Pictures" has a picture for each C0 control and for DEL.
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return "\ufffd";
  });
}

/** One line: line breaks become spaces, the rest as above. */
export function visibleLine(text: string): string {
  return visible(text.replace(/\s*[\r\n]+\s*/g, " "));
}

// C0 but tab and line feed, DEL and C1, line and paragraph separator, bidirectional controls, noncharacters.
const unwanted =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]/g;
