/** Longer than any command or reply (RFC 5321 section 4.5.3.1) and any line of a message; beyond it a line is cut. */
const longestLine = 64 * 1024;

/** Cuts a stream of bytes into lines. Each keeps its line end, so that what is forwarded stays the same, byte for byte. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The lines that the chunk completes. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      lines.push(bytes.subarray(start, end + 1));
      start = end + 1;
    }
    this.#rest = bytes.subarray(start);
    if (this.#rest.length > longestLine) lines.push(this.takeRest());
    return lines;
  }

  /** What came after the last line end. */
  takeRest(): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }
}

/** The line as text, without its line end. */
export function textOf(line: Buffer): string {
  return line.toString("utf8").replace(/\r?\n$/, "");
}
