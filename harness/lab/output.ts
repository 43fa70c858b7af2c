import { durations } from "../words/durations.ts";
import { within } from "../words/until.ts";

/** The engine's frames around what a container writes: one octet for the stream, three of nothing, four for the length. */
const frameHeader = 8;
const lineEnd = 10;
/** For error messages, of a container that nobody reads. */
const lastLines = 100;

/**
 * What the main process of a container writes, from the engine's stream as it is attached before the start. So the engine need
 * not write every line to a file, and read it again.
 */
export class ContainerOutput {
  #frames: Buffer = Buffer.alloc(0);
  /** What is not yet a whole line, by the number of its stream. */
  readonly #rests = new Map<number, Buffer>();
  readonly #last: string[] = [];
  /** Lines from before there was a reader. */
  #early: string[] = [];
  #onLine = (line: string): void => {
    this.#early.push(line);
  };
  readonly #end = Promise.withResolvers<void>();

  constructor(stream: NodeJS.ReadableStream) {
    const end = (): void => this.#end.resolve();
    stream.on("data", (chunk: Buffer) => {
      try {
        this.#take(chunk);
      } catch (thrown) {
        this.#end.reject(thrown);
      }
    });
    stream.once("end", end).once("close", end).once("error", end);
  }

  /** All lines, from the first one on, for one reader. Resolves at the end of the output; throws what the reader throws. */
  async follow(onLine: (line: string) => void): Promise<void> {
    this.#onLine = onLine;
    for (const line of this.#early) onLine(line);
    this.#early = [];
    await this.#end.promise;
  }

  /** The last lines of a process that has ended: the engine may tell of the end before all that it wrote has come. */
  async tail(lines: number): Promise<string> {
    await within(this.#end.promise, { ms: durations.lastWords, waitedFor: "the end of the output" }).catch(
      () => undefined,
    );
    return this.#last.slice(-lines).join("\n");
  }

  #take(chunk: Buffer): void {
    const bytes = this.#frames.length === 0 ? chunk : Buffer.concat([this.#frames, chunk]);
    let at = 0;
    while (bytes.length >= at + frameHeader) {
      const end = at + frameHeader + bytes.readUInt32BE(at + 4);
      if (bytes.length < end) break;
      this.#write(bytes.readUInt8(at), bytes.subarray(at + frameHeader, end));
      at = end;
    }
    this.#frames = bytes.subarray(at);
  }

  #write(stream: number, piece: Buffer): void {
    const rest = this.#rests.get(stream);
    const bytes = rest === undefined ? piece : Buffer.concat([rest, piece]);
    const end = bytes.lastIndexOf(lineEnd) + 1;
    if (end < bytes.length) this.#rests.set(stream, bytes.subarray(end));
    else this.#rests.delete(stream);
    if (end === 0) return;
    const lines = bytes.toString("utf8", 0, end).split(/\r?\n/).slice(0, -1);
    this.#last.push(...lines.slice(-lastLines));
    this.#last.splice(0, this.#last.length - lastLines);
    for (const line of lines) this.#onLine(line);
  }
}
