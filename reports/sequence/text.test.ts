import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { Sequence } from "./sequence.ts";
import { recordings, sequenceOfRecorded } from "./test-recorded.ts";
import { sequenceText } from "./text.ts";

const plain = { columns: 80, colour: false, log: true } as const;

const small: Sequence = {
  steps: [
    {
      title: null,
      parties: ["resolver", "sender", "attacker", "server"],
      log: ["Nov 24 10:00:00 sender postfix/smtp[1]: A1: status=sent"],
      events: [
        {
          kind: "arrow",
          links: [{ from: "sender", to: "resolver", channel: "dns" }],
          text: "MX? x.example",
          mark: null,
          meaning: null,
        },
        {
          kind: "arrow",
          opens: true,
          links: [
            { from: "sender", to: "attacker", channel: "clear" },
            { from: "attacker", to: "server", channel: "clear" },
          ],
          text: "connects",
          mark: null,
          meaning: null,
        },
        {
          kind: "arrow",
          links: [{ from: "attacker", to: "sender", channel: "tls" }],
          text: "TLSv1.3",
          mark: "attack",
          meaning: "its own certificate",
        },
        { kind: "note", at: "sender", text: "leaves", mark: "stop" },
      ],
    },
  ],
};

test("lifelines, arrows, marks and log", () => {
  expect(sequenceText(small, plain).split("\n")).toEqual([
    "                             genuine",
    " resolver  sender  attacker  server",
    "     │<┄┄┄┄┄┄┄│        │        │    MX? x.example",
    "     │        │        │        │",
    "     │        │────────┼───────>│    connects",
    "     │        │<═══════│        │    TLSv1.3",
    "     │        │        │        │  ! its own certificate",
    "     │        ■        │        │  ■ leaves",
    "",
    "The sender's log",
    "  Nov 24 10:00:00 sender postfix/smtp[1]: A1: status=sent",
    "",
    "┄┄> DNS   ──> in clear text   ══> under TLS   ! the attacker at work",
    "■ the sender goes no further",
  ]);
});

test("an arrow goes past the lifelines of those whom it does not concern", () => {
  const [step] = small.steps;
  const direct: Sequence = {
    steps: [
      {
        ...step!,
        events: [
          {
            kind: "arrow",
            links: [{ from: "server", to: "sender", channel: "clear" }],
            text: "220",
            mark: null,
            meaning: null,
          },
        ],
      },
    ],
  };
  expect(sequenceText(direct, plain)).toContain("     │        │<────────────────│    220\n");
});

test.each(recordings)("%s keeps to its width, and colour only adds", (name) => {
  const sequence = sequenceOfRecorded(name);
  for (const columns of [80, 100]) {
    const lines = sequenceText(sequence, { columns, colour: false, log: true }).split("\n");
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.filter((line) => stripVTControlCharacters(line) !== line)).toEqual([]);
    const coloured = sequenceText(sequence, { columns, colour: true, log: true });
    expect(coloured).not.toBe(lines.join("\n"));
    expect(stripVTControlCharacters(coloured)).toBe(lines.join("\n"));
  }
});

test("each step has its title, its lifelines and its log", () => {
  const text = sequenceText(sequenceOfRecorded("strip-starttls-dane"), { ...plain, columns: 100 });
  expect(text).toMatch(/^Step 1: while it lasts\n\n +genuine\n resolver {2}sender {2}attacker {2}server\n/);
  expect(text).toMatch(/\n\nStep 2: the attack is over\n\n resolver {2}sender {3}server\n/);
  expect(text.match(/The sender's log/g)).toHaveLength(2);
  expect(text).toContain("status=deferred (TLS is required, but was not offered");
});

test("the log can be left out", () => {
  expect(sequenceText(small, { ...plain, log: false })).not.toContain("log");
});

test("what a program logged or said cannot move the cursor", () => {
  const [step] = small.steps;
  const nasty = {
    steps: [
      {
        ...step!,
        title: "\u001b[2J",
        log: ["\u001b]0;title\u0007"],
        events: [{ kind: "note", at: "sender", text: "a\u001b[31mred", mark: null } as const],
      },
    ],
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(sequenceText(nasty, plain)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
});
