import { visibleLine } from "../shared/characters.ts";
import { type Paint, paintWith, type Style, wrap } from "../terminal/layout.ts";
import type {
  Arrow,
  Channel,
  Link,
  Mark,
  Note,
  Party,
  Sequence,
  SequenceEvent,
  SequenceStep,
} from "./sequence.ts";
import { channelMeanings, markSigns, partyName } from "./words.ts";

export interface SequenceTextOptions {
  /** Width in characters; fewer than 72 are taken as 72. */
  readonly columns: number;
  readonly colour: boolean;
  /** Whether the sender's log stands below each step. */
  readonly log: boolean;
}

/** From one lifeline to the next. */
const pitch = 9;
const firstLifeline = 5;

/** The diagram for a terminal: lifelines on the left, what was said on the right. Colour tells nothing that signs do not. */
export function sequenceText(sequence: Sequence, options: SequenceTextOptions): string {
  const columns = Math.max(72, options.columns);
  const paint = paintWith(options.colour);
  const steps = sequence.steps.flatMap((step, index) => [
    ...(index > 0 ? [""] : []),
    ...stepLines(step, canvasOf(step.parties, columns, paint), options.log),
  ]);
  return [...steps, "", ...legend(sequence, columns, paint)].join("\n");
}

interface Canvas {
  readonly parties: readonly Party[];
  readonly columns: number;
  readonly paint: Paint;
  /** Where the lifelines end and signs and words begin. */
  readonly edge: number;
}

function canvasOf(parties: readonly Party[], columns: number, paint: Paint): Canvas {
  return { parties, columns, paint, edge: firstLifeline + pitch * Math.max(0, parties.length - 1) + 3 };
}

function placeOf(party: Party, { parties }: Canvas): number {
  return firstLifeline + pitch * parties.indexOf(party);
}

function stepLines(step: SequenceStep, canvas: Canvas, log: boolean): readonly string[] {
  const { paint, columns } = canvas;
  const said =
    log && step.log.length > 0 ? ["", paint("bold", "The sender's log"), ...logLines(step.log, columns)] : [];
  return [
    ...(step.title === null ? [] : [...wrap(step.title, columns).map((line) => paint("bold", line)), ""]),
    ...heads(canvas).map((line) => paint("bold", line)),
    ...step.events.flatMap((event) => eventLines(event, canvas)),
    ...said,
  ];
}

/** Indented, each line of the log with its continuation further in. */
export function logLines(log: readonly string[], columns: number): readonly string[] {
  return log.flatMap((line) => {
    const [first = "", ...more] = wrap(line, columns - 6);
    return [`  ${first}`, ...more.map((rest) => `      ${rest}`)];
  });
}

/** Names over their lifelines, in as many lines as the longest has words. */
function heads(canvas: Canvas): readonly string[] {
  const { parties } = canvas;
  const names = parties.map((party) => partyName(party, parties).split(" "));
  const height = Math.max(...names.map(({ length }) => length));
  return Array.from({ length: height }, (_, row) => {
    const line = blank(canvas);
    for (const [index, party] of parties.entries()) {
      const words = names[index] ?? [];
      const word = words[row - (height - words.length)] ?? "";
      write(line, placeOf(party, canvas) - Math.floor(word.length / 2), word);
    }
    return line.join("").trimEnd();
  });
}

function blank({ edge }: Canvas): string[] {
  return Array.from({ length: edge }, () => " ");
}

function write(line: string[], at: number, text: string): void {
  for (const [index, character] of [...text].entries()) line[at + index] = character;
}

function lifelines(canvas: Canvas): string[] {
  const line = blank(canvas);
  for (const party of canvas.parties) line[placeOf(party, canvas)] = "│";
  return line;
}

function eventLines(event: SequenceEvent, canvas: Canvas): readonly string[] {
  const { edge, columns, paint } = canvas;
  const { mark } = event;
  const sign = mark === null ? " " : markSigns[mark].symbol;
  const style = mark === null ? undefined : markStyles[mark];
  const painted = (text: string): string => (style ? paint(style, text) : text);
  const drawn = (event.kind === "note" ? noteLine(event, canvas) : arrowLine(event, canvas)).join("");
  const [first = "", ...rest] = wrap(event.text, columns - edge - 2);
  const meaning =
    event.kind === "arrow" && event.meaning !== null ? wrap(event.meaning, columns - edge - 2) : [];
  // What is meant is marked; where a note is all that is said, that is.
  const own = event.kind === "note" ? painted : (text: string) => text;
  const under = lifelines(canvas).join("");
  return [
    // Each connection stands by itself.
    ...(event.kind === "arrow" && event.opens ? [under] : []),
    `${painted(drawn)}${own(`${meaning.length > 0 ? " " : sign} ${first}`)}`,
    ...rest.map((text) => `${under}${own(`  ${text}`)}`),
    ...meaning.map((text, index) => `${under}${painted(`${index === 0 ? sign : " "} ${text}`)}`),
  ].map((line) => line.trimEnd());
}

function noteLine({ at, mark }: Note, canvas: Canvas): readonly string[] {
  const line = lifelines(canvas);
  line[placeOf(at, canvas)] = mark === null ? "·" : markSigns[mark].symbol;
  return line;
}

const shafts: Readonly<Record<Channel, string>> = { dns: "┄", clear: "─", tls: "═" };

function arrowLine({ links }: Arrow, canvas: Canvas): readonly string[] {
  const line = lifelines(canvas);
  for (const [index, link] of links.entries()) drawLink(line, link, index === links.length - 1, canvas);
  return line;
}

function drawLink(line: string[], { from, to, channel }: Link, ends: boolean, canvas: Canvas): void {
  const [start, end] = [placeOf(from, canvas), placeOf(to, canvas)];
  const step = start < end ? 1 : -1;
  for (let at = start + step; at !== end; at += step) line[at] = shafts[channel];
  // Past the lifelines of those who are not concerned.
  if (ends) line[end - step] = step > 0 ? ">" : "<";
  else line[end] = "┼";
}

const markStyles: Readonly<Record<Mark, Style>> = {
  attack: "red",
  leak: ["bold", "red"],
  stop: ["bold", "green"],
  safe: ["bold", "green"],
};

/** Of what is in the diagram. */
function legend({ steps }: Sequence, columns: number, paint: Paint): readonly string[] {
  const events = steps.flatMap((step) => step.events);
  const channels = new Set(
    events.flatMap((event) => (event.kind === "arrow" ? event.links : [])).map((l) => l.channel),
  );
  const marks = new Set(events.flatMap(({ mark }) => (mark === null ? [] : [mark])));
  const entries = [
    ...(["dns", "clear", "tls"] as const)
      .filter((channel) => channels.has(channel))
      .map((channel) => `${shafts[channel].repeat(2)}> ${channelMeanings[channel]}`),
    ...(["attack", "leak", "stop", "safe"] as const)
      .filter((mark) => marks.has(mark))
      .map((mark) => `${markSigns[mark].symbol} ${markSigns[mark].meaning}`),
  ];
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 3 + entry.length <= columns)
      lines[lines.length - 1] = `${last}   ${entry}`;
    else lines.push(entry);
  }
  return lines.map((line) => paint("gray", visibleLine(line)));
}
