import { type Html, html } from "../page/html.ts";
import { visible } from "../shared/characters.ts";
import type { Link, Mark, Party, Sequence, SequenceEvent, SequenceStep } from "./sequence.ts";
import { channelMeanings, markSigns, partyName } from "./words.ts";

/**
 * The diagram for the page: a list, one item for each thing said, that reads well without its lines. Arrows are places
 * in a grid over the list's lifelines, named by classes: the page's content security policy lets no style stand at an element.
 */
export function sequenceHtml({ steps }: Sequence): Html {
  return html`<div class="sequence">${steps.map(stepHtml)}${legend(steps)}</div>`;
}

function stepHtml({ title, parties, events }: SequenceStep): Html {
  return html`<section class="lanes-${parties.length}">${title === null ? null : html`<h4>${visible(title)}</h4>`}<div class="seq-heads" aria-hidden="true">${parties.map(
    (party, lane) => html`<span class="lane-${lane} party-${party}">${partyName(party, parties)}</span>`,
  )}</div><ol>${events.map((event) => eventHtml(event, parties))}</ol></section>`;
}

function eventHtml(event: SequenceEvent, parties: readonly Party[]): Html {
  const { mark, text } = event;
  const meaning = event.kind === "arrow" ? event.meaning : null;
  const marked = event.kind === "note" && mark !== null;
  const said = marked
    ? html`<b class="seq-mark">${sign(mark)}${visible(text)}</b>`
    : html`<span class="${event.kind === "note" ? "seq-note" : "seq-text"}">${visible(text)}</span>`;
  return html`<li${classes([mark === null ? null : `mark-${mark}`, event.kind === "arrow" && event.opens ? "opens" : null])}>${
    event.kind === "arrow"
      ? event.links.map((link, index) => linkHtml(link, index === event.links.length - 1, parties))
      : html`<i class="seq-spot lane-${parties.indexOf(event.at)}"></i>`
  }<span class="seq-words"><span class="seq-who">${who(event, parties)}: </span>${said}${
    meaning === null || mark === null ? null : html`<b class="seq-mark">${sign(mark)}${visible(meaning)}</b>`
  }</span></li>`;
}

function sign(mark: Mark): Html {
  const { symbol } = markSigns[mark];
  return html`<span aria-hidden="true">${symbol} </span>`;
}

function classes(names: readonly (string | null)[]): Html | null {
  const given = names.filter((name) => name !== null);
  return given.length === 0 ? null : html` class="${given.join(" ")}"`;
}

/** Between two lanes, with its head at the end of the whole arrow. */
function linkHtml({ from, to, channel }: Link, ends: boolean, parties: readonly Party[]): Html {
  const [start, end] = [parties.indexOf(from), parties.indexOf(to)];
  const span = `span-${Math.min(start, end)}-${Math.max(start, end)}`;
  return html`<i class="seq-arrow ${span} ${start < end ? "right" : "left"} over-${channel}${ends ? " ends" : ""}"></i>`;
}

/** For those who do not see the arrows. */
function who(event: SequenceEvent, parties: readonly Party[]): string {
  if (event.kind === "note") return partyName(event.at, parties);
  const { links } = event;
  const [first] = links;
  const last = links[1] ?? first;
  const past = links[1] ? " past the attacker" : "";
  return `${partyName(first.from, parties)} to ${partyName(last.to, parties)}${past}, ${channelMeanings[last.channel]}`;
}

function legend(steps: readonly SequenceStep[]): Html {
  const events = steps.flatMap((step) => step.events);
  const links = events.flatMap((event) => (event.kind === "arrow" ? event.links : []));
  const channels = (["dns", "clear", "tls"] as const).filter((one) =>
    links.some(({ channel }) => channel === one),
  );
  const marks = (["attack", "leak", "stop", "safe"] as const).filter((one) =>
    events.some(({ mark }) => mark === one),
  );
  return html`<p class="seq-legend" aria-hidden="true">${channels.map(
    (channel) =>
      html`<span><i class="seq-arrow right over-${channel} ends"></i>${channelMeanings[channel]}</span>`,
  )}${marks.map((mark) => html`<span class="mark-${mark}"><b class="seq-mark">${markSigns[mark].symbol}</b> ${markSigns[mark].meaning}</span>`)}</p>`;
}
