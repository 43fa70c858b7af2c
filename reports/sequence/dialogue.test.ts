import { describe, expect, test } from "vitest";
import { sideBySide, type Utterance, utterancesOf } from "./dialogue.ts";

/** "C: x" came to the attacker only, "C: x | C: x" passed, "| S: y" was seen behind it only. */
function laid(near: readonly string[], far: readonly string[]): readonly string[] {
  const shown = (utterance: Utterance | null): string =>
    utterance === null
      ? ""
      : `${{ client: "C:", server: "S:", note: "--" }[utterance.by]} ${utterance.lines.join("/")}`;
  return sideBySide(utterancesOf(near), utterancesOf(far)).map((one) =>
    one.far ? `${shown(one.near)} | ${shown(one.far)}`.trim() : shown(one.near),
  );
}

test("a reply of several lines is one utterance, replies that follow each other are not", () => {
  expect(
    utterancesOf(["S: 250-mx", "S: 250-STARTTLS", "S: 250 SIZE", "S: 220 go", "C: QUIT", "-- closed"]),
  ).toEqual([
    { by: "server", lines: ["250-mx", "250-STARTTLS", "250 SIZE"] },
    { by: "server", lines: ["220 go"] },
    { by: "client", lines: ["QUIT"] },
    { by: "note", lines: ["closed"] },
  ]);
});

test("a reply that was cut off is kept", () => {
  expect(utterancesOf(["S: 250-mx", "S: 250-SIZE"])).toEqual([
    { by: "server", lines: ["250-mx", "250-SIZE"] },
  ]);
});

describe("side by side", () => {
  test("what is the same on both sides passed", () => {
    expect(laid(["S: 220 mx", "C: NOOP"], ["S: 220 mx", "C: NOOP"])).toEqual([
      "S: 220 mx | S: 220 mx",
      "C: NOOP | C: NOOP",
    ]);
  });

  test("a changed reply: the server's comes before the attacker's", () => {
    expect(laid(["C: EHLO x", "S: 250 weak", "C: MAIL"], ["C: EHLO x", "S: 250 strong", "C: MAIL"])).toEqual([
      "C: EHLO x | C: EHLO x",
      "| S: 250 strong",
      "S: 250 weak",
      "C: MAIL | C: MAIL",
    ]);
  });

  test("a command that the attacker answers itself never reaches the server", () => {
    expect(laid(["S: 220 mx", "C: STARTTLS", "S: 454 no", "C: MAIL"], ["S: 220 mx", "C: MAIL"])).toEqual([
      "S: 220 mx | S: 220 mx",
      "C: STARTTLS",
      "S: 454 no",
      "C: MAIL | C: MAIL",
    ]);
  });

  test("each side's handshake is its own, the server's before the client goes on", () => {
    expect(laid(["-- ClientHello", "-- TLS", "C: QUIT"], ["-- ClientHello", "-- TLS", "-- closed"])).toEqual([
      "-- ClientHello",
      "-- TLS",
      "| -- ClientHello",
      "| -- TLS",
      "| -- closed",
      "C: QUIT",
    ]);
  });
});
