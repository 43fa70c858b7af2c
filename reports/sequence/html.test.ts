import { expect, test } from "vitest";
import { pageStyle } from "../page/bundle.ts";
import { sequenceHtml } from "./html.ts";
import type { Sequence } from "./sequence.ts";
import { recordings, sequenceOfRecorded } from "./test-recorded.ts";

const style = pageStyle();

function markup(sequence: Sequence): string {
  return sequenceHtml(sequence).markup;
}

function items(text: string): readonly string[] {
  return [...text.matchAll(/<li[^>]*>.*?<\/li>/gs)].map(([item]) => item);
}

/** As it is heard: without what is hidden from those who listen. */
function heard(item: string): string {
  return item
    .replaceAll(/<(i|span) [^>]*aria-hidden="true"[^>]*>[^<]*<\/\1>/g, "")
    .replaceAll(/<[^>]*>/g, "");
}

test("each thing said is an item that reads well without its lines", () => {
  const said = items(markup(sequenceOfRecorded("strip-starttls-may"))).map(heard);
  expect(said).toContain("sender to resolver, DNS: MX? atk-strip-starttls.may-1.example");
  expect(said).toContain("sender to genuine server past the attacker, in clear text: EHLO sender.example");
  expect(said).toContain(
    "attacker to sender, in clear text: 250 without STARTTLS, 5 other extensionsthe attacker took out STARTTLS",
  );
  expect(said.at(-1)).toBe("sender: sent in clear text, past the attacker");
});

test("an arrow past the attacker has two stretches, its head at the end", () => {
  const item = items(markup(sequenceOfRecorded("mitm-selfsigned-may"))).find((one) =>
    one.includes("the message,"),
  )!;
  expect(item).toContain('<li class="mark-leak">');
  expect([...item.matchAll(/class="seq-arrow ([^"]*)"/g)].map(([, classes]) => classes)).toEqual([
    "span-1-2 right over-tls",
    "span-2-3 right over-tls ends",
  ]);
});

test("each step has lanes of its own", () => {
  const text = markup(sequenceOfRecorded("strip-starttls-dane"));
  expect([...text.matchAll(/<section class="([^"]*)"><h4>([^<]*)</g)].map(([, ...both]) => both)).toEqual([
    ["lanes-4", "Step 1: while it lasts"],
    ["lanes-3", "Step 2: the attack is over"],
  ]);
});

test("nothing that was said is markup, and control characters are visible", () => {
  const text = markup({
    steps: [
      {
        title: "<i>one</i>",
        parties: ["sender"],
        log: [],
        events: [
          { kind: "note", at: "sender", text: "</span><script>\u0007alert(1)</script>", mark: "stop" },
        ],
      },
    ],
  });
  expect(text).toContain("&lt;i&gt;one&lt;/i&gt;");
  expect(text).toContain("&lt;/span&gt;&lt;script&gt;␇alert(1)&lt;/script&gt;");
});

test.each(recordings)("%s needs no style of its own, and each of its classes has a rule", (name) => {
  const text = markup(sequenceOfRecorded(name));
  expect(text).not.toMatch(/\sstyle=/);
  const classes = new Set([...text.matchAll(/class="([^"]*)"/g)].flatMap(([, names]) => names!.split(" ")));
  const withoutRule = [...classes].filter((one) => !new RegExp(`\\.${one}(?![\\w-])`).test(style));
  // Names that say what a thing is, where no rule makes it look otherwise.
  expect(withoutRule.filter((one) => !/^party-|^seq-note$|^over-clear$/.test(one))).toEqual([]);
});
