import { describe, expect, test } from "vitest";
import type { SenderQuestion, StepEvidence } from "./evidence.ts";
import { observe } from "./observe.ts";
import type { Watch } from "./scenario.ts";
import { attempt, clearSession, emptySession, seen, session } from "./test-evidence.ts";
import { unmet } from "./watch.ts";

function look(watch: Watch, evidence: StepEvidence): readonly string[] {
  return unmet(watch, evidence, observe(evidence, "dane"));
}

function asked(...questions: readonly string[]): StepEvidence {
  return {
    ...seen.encrypted,
    questions: questions.map((text): SenderQuestion => {
      const [name = "", type = ""] = text.split(" ");
      return { name, type };
    }),
  };
}

const mx = "mx.x.dane.example.";
const mail = [{ line: "mail from:<t1@x.example> SIZE=500", tls: true }];

describe("each watch, unmet and met", () => {
  test.each<[Watch, StepEvidence, RegExp]>([
    [
      "addresses-before-tlsa",
      asked(`_25._tcp.${mx} TLSA`, `${mx} A`),
      /TLSA of _25.* before the addresses of mx/,
    ],
    [
      "addresses-before-tlsa",
      // Another host's addresses are not this one's.
      asked(`mx2.x.dane.example. AAAA`, `_25._tcp.${mx} TLSA`),
      /before the addresses of mx\.x/,
    ],
    ["no-tlsa-query", asked(`${mx} A`, `_25._tcp.${mx} TLSA`), /TLSA of _25._tcp.mx.* was asked for/],
    ["dsn-security", { ...seen.deferred, attempts: [attempt("deferred", { dsn: "4.4.1" })] }, /4\.4\.1/],
    [
      "no-envelope",
      { ...seen.deferred, sessions: [emptySession({ commands: mail })] },
      /envelope was sent to mx/,
    ],
    [
      "no-envelope",
      { ...seen.bounced, sessions: [emptySession({ commands: mail })] },
      /envelope was sent to mx/,
    ],
    [
      "reason-names-cause",
      {
        ...seen.deferred,
        attempts: [attempt("deferred", { reason: "connection-failed", text: "lost connection" })],
      },
      /does not name .*: lost connection$/,
    ],
    [
      "reason-names-cause",
      { ...seen.deferred, attempts: [attempt("deferred", { reason: null })] },
      /does not name/,
    ],
    ["not-claimed-secure", seen.authenticated, /claims an authenticated delivery/],
    [
      "sni-per-host",
      { ...seen.encrypted, sessions: [session({ sni: "x.dane.example" })] },
      /SNI to mx.* was x\.dane/,
    ],
    [
      "sni-per-host",
      { ...seen.encrypted, sessions: [session(), session({ host: "mx2.x.dane.example" })] },
      /SNI to mx2.* was mx\.x/,
    ],
    ["sni-per-host", { ...seen.encrypted, sessions: [session({ sni: null })] }, /was not sent$/],
    [
      "log-tells-channel",
      { ...seen.cleartext, attempts: [attempt("sent", { tls: "unknown" })] },
      /\(unknown\)$/,
    ],
    ["log-tells-channel", { ...seen.encrypted, attempts: [attempt("sent", { tls: "none" })] }, /\(none\)$/],
    [
      "log-tells-channel",
      { ...seen.cleartext, attempts: [attempt("sent", { tls: "untrusted" })] },
      /\(untrusted\)$/,
    ],
  ])("%s: unmet", (watch, evidence, text) => {
    expect(look(watch, evidence)).toEqual([expect.stringMatching(text)]);
  });

  test.each<[Watch, StepEvidence]>([
    ["addresses-before-tlsa", asked(`x.dane.example. MX`, `${mx} AAAA`, `_25._tcp.${mx} TLSA`)],
    ["addresses-before-tlsa", asked(`${mx} A`)],
    ["no-tlsa-query", asked(`${mx} A`, `${mx} AAAA`)],
    ["no-envelope", seen.deferred],
    // What is delivered needs its envelope.
    ["no-envelope", { ...seen.encrypted, sessions: [session({ commands: mail })] }],
    ["reason-names-cause", seen.deferred],
    ["reason-names-cause", seen.encrypted],
    ["dsn-security", { ...seen.deferred, attempts: [attempt("deferred", { dsn: "4.7.5" })] }],
    ["dsn-security", seen.encrypted],
    ["not-claimed-secure", seen.encrypted],
    ["not-claimed-secure", seen.deferred],
    ["sni-per-host", { ...seen.encrypted, sessions: [session(), session({ host: "mx2.x", sni: "mx2.x" })] }],
    ["sni-per-host", { ...seen.cleartext, sessions: [clearSession()] }],
    ["log-tells-channel", seen.cleartext],
    ["log-tells-channel", seen.encrypted],
    ["log-tells-channel", seen.authenticated],
  ])("%s: met", (watch, evidence) => {
    expect(look(watch, evidence)).toEqual([]);
  });

  test.each<Watch>(["addresses-before-tlsa", "no-tlsa-query"])(
    "%s: a resolver that does not tell what it is asked is no witness",
    (watch) => {
      expect(look(watch, { ...seen.encrypted, questions: null })).toEqual([]);
    },
  );
});
