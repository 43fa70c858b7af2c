import { describe, expect, test } from "vitest";
import type { ResolverAnswer, StepEvidence } from "./evidence.ts";
import { observe } from "./observe.ts";
import { outcomes, type Policy } from "./scenario.ts";
import { answer, attempt, clearSession, emptySession, seen, session, stepEvidence } from "./test-evidence.ts";

describe("outcomes of witnesses that agree", () => {
  test.each(outcomes)("%s", (outcome) => {
    const observation = observe(seen[outcome], "dane");
    expect(observation).toMatchObject({ outcome, disagreements: [], errors: [] });
    expect(observation.leaks).toEqual({ onTheWire: outcome === "cleartext", toTheAttacker: false });
  });

  test.each<[Policy, string]>([
    ["dane", "authenticated"],
    ["dane-only", "authenticated"],
    // "Verified" means PKIX there.
    ["verify", "encrypted"],
    ["may", "encrypted"],
  ])("a claim of authentication under %s is %s", (policy, outcome) => {
    expect(observe(seen.authenticated, policy).outcome).toBe(outcome);
  });

  test.each(["trusted", "untrusted", "anonymous"] as const)("%s TLS is encrypted, not more", (tls) => {
    const step = stepEvidence({ attempts: [attempt("sent", { tls })], sessions: [session()] });
    expect(observe(step, "dane")).toMatchObject({ outcome: "encrypted", disagreements: [] });
  });

  test.each([
    ["encrypted", session()],
    ["cleartext", clearSession()],
  ] as const)("a log that does not tell the channel leaves it to the receiver: %s", (outcome, one) => {
    const step = stepEvidence({ attempts: [attempt("sent", { tls: "unknown" })], sessions: [one] });
    expect(observe(step, "dane")).toMatchObject({ outcome, disagreements: [] });
  });

  test("the last attempt counts", () => {
    const step = stepEvidence({
      attempts: [attempt("deferred", { reason: "handshake-failed" }), attempt("sent")],
      sessions: [emptySession(), clearSession()],
      queued: false,
    });
    expect(observe(step, "may")).toMatchObject({
      outcome: "cleartext",
      disagreements: [],
      claimed: "sent, no TLS",
    });
  });

  test("another message's delivery is not this one's", () => {
    const step = { ...seen.deferred, sessions: [session({ canary: "canary-2" })] };
    expect(observe(step, "dane")).toMatchObject({ outcome: "deferred", disagreements: [] });
  });
});

describe("the log against what was seen", () => {
  const contradictions: readonly (readonly [string, Partial<StepEvidence>, RegExp])[] = [
    [
      "says sent, nobody accepted it",
      { attempts: [attempt("sent", { tls: "verified" })], sessions: [emptySession()] },
      /^the log says sent, but no receiver accepted/,
    ],
    [
      "claims TLS, the receiver saw clear text",
      { attempts: [attempt("sent", { tls: "verified" })], sessions: [clearSession()] },
      /claims a TLS connection \(verified\), but mx\.x\.dane\.example received the message in clear text/,
    ],
    [
      "claims clear text, the receiver saw TLS",
      { attempts: [attempt("sent")], sessions: [session()] },
      /claims no TLS, but mx\.x\.dane\.example received the message over TLSv1\.3/,
    ],
    [
      "says deferred, it was delivered",
      { attempts: [attempt("deferred")], sessions: [session()], queued: true },
      /says deferred, but mx\.x\.dane\.example accepted/,
    ],
    [
      "says bounced, it was delivered",
      { attempts: [attempt("bounced")], sessions: [session()] },
      /says bounced, but mx\.x\.dane\.example accepted/,
    ],
    [
      "says deferred, the queue has no such message",
      { ...seen.deferred, queued: false },
      /not in the queue$/,
    ],
    [
      "says sent, it is still queued",
      { ...seen.encrypted, queued: true },
      /says sent, .* still in the queue$/,
    ],
    [
      "says bounced, it is still queued",
      { ...seen.bounced, queued: true },
      /says bounced, .* still in the queue$/,
    ],
    [
      "TLS, yet the message crossed in clear text",
      { ...seen.encrypted, sessions: [session({ canaryInClear: true })] },
      /in clear text in a session with TLS$/,
    ],
  ];

  test.each(contradictions)("%s", (_, step, text) => {
    const { disagreements, errors } = observe(stepEvidence(step), "dane");
    expect(errors).toEqual([]);
    expect(disagreements).toEqual([expect.stringMatching(text)]);
  });

  test("what a receiver saw in clear text is cleartext, whatever the log claims", () => {
    const step = stepEvidence({
      attempts: [attempt("sent", { tls: "verified" })],
      sessions: [clearSession()],
    });
    expect(observe(step, "dane").outcome).toBe("cleartext");
    const both = { ...seen.authenticated, sessions: [session({ canaryInClear: true })] };
    expect(observe(both, "dane").outcome).toBe("cleartext");
  });

  test("a message that was delivered though the log says it was not is not called authenticated", () => {
    const step = {
      ...seen.authenticated,
      attempts: [attempt("deferred", { tls: "verified" })],
      queued: true,
    };
    expect(observe(step, "dane").outcome).toBe("encrypted");
  });

  test("a queue nobody looked into contradicts nothing", () => {
    for (const outcome of outcomes) {
      expect(observe({ ...seen[outcome], queued: null }, "dane").disagreements).toEqual([]);
    }
  });
});

describe("leaks", () => {
  test("the attacker that took the message, though the genuine server has it too", () => {
    const forwarded = { id: "s2", remoteAddress: "198.18.16.1" };
    const step = {
      ...seen.encrypted,
      sessions: [session(forwarded), session({ witness: "attacker", host: "attacker" })],
    };
    expect(observe(step, "may").leaks).toEqual({ onTheWire: false, toTheAttacker: true });
  });

  test("the attacker's session decides how the message travelled, not the one behind it", () => {
    const step = {
      ...seen.cleartext,
      sessions: [session({ id: "behind" }), clearSession({ witness: "attacker" })],
    };
    expect(observe(step, "may")).toMatchObject({
      outcome: "cleartext",
      disagreements: [],
      leaks: { onTheWire: true, toTheAttacker: true },
    });
  });

  test("the canary in clear text is a leak though nobody accepted the message", () => {
    const step = {
      ...seen.deferred,
      sessions: [clearSession({ accepted: false })],
    };
    expect(observe(step, "dane")).toMatchObject({ outcome: "deferred", leaks: { onTheWire: true } });
  });

  test("an attacker that never saw the message took nothing", () => {
    const step = { ...seen.deferred, sessions: [emptySession({ witness: "attacker" })] };
    expect(observe(step, "dane").leaks).toEqual({ onTheWire: false, toTheAttacker: false });
  });
});

describe("the resolver", () => {
  const secure = { status: "secure", empty: false } as const;
  const insecure = { status: "insecure", empty: false } as const;
  const bogus = { status: "bogus", empty: true } as const;
  const none = { status: "secure", empty: true } as const;

  test.each<[string, ResolverAnswer]>([
    ["secure", answer(secure)],
    ["insecure", answer(insecure)],
    ["bogus", answer(bogus, { rcode: "SERVFAIL" })],
    ["no such record", answer(none)],
    ["no such name", answer(none, { rcode: "NXDOMAIN" })],
    [
      "anything goes, nothing came but an error code",
      answer({ status: "any", empty: false }, { rcode: "SERVFAIL" }),
    ],
    ["anything goes, an answer came", answer({ status: "any", empty: true }, { authenticated: true })],
    ["no answer, as of the name server", answer(bogus, { rcode: null, error: "timed out" })],
  ])("as the zone demands: %s", (_, dns) => {
    expect(observe({ ...seen.encrypted, dns: [dns] }, "dane").resolverFaults).toEqual([]);
  });

  test.each<[string, ResolverAnswer, RegExp]>([
    ["AD is missing", answer(secure, { authenticated: false }), /AD is not set where the answer is secure$/],
    ["AD is set", answer(insecure, { authenticated: true }), /AD is set where the answer is insecure$/],
    ["a bogus answer came through", answer(bogus), /NOERROR where SERVFAIL was expected/],
    ["a bogus name was denied", answer(bogus, { rcode: "NXDOMAIN" }), /NXDOMAIN where SERVFAIL was expected/],
    ["SERVFAIL", answer(secure, { rcode: "SERVFAIL" }), /SERVFAIL where an answer was expected \(secure\)$/],
    ["REFUSED", answer(insecure, { rcode: "REFUSED" }), /REFUSED where an answer was expected \(insecure\)$/],
    ["nothing where there is something", answer(secure, { answers: [] }), /no records where there are some$/],
    ["something where there is nothing", answer(none, { answers: ["x"] }), /records where there are none$/],
    ["no answer", answer(secure, { rcode: null, error: "timed out" }), /: timed out$/],
    [
      "no answer, though anything goes",
      answer({ status: "any", empty: true }, { rcode: null }),
      /: no answer$/,
    ],
  ])("not as the zone demands: %s", (_, dns, text) => {
    const { errors, resolverFaults } = observe({ ...seen.encrypted, dns: [answer(secure), dns] }, "dane");
    expect(errors).toEqual([]);
    expect(resolverFaults).toEqual([
      expect.stringMatching(/^the resolver's answer to x\.dane\.example\. MX/),
    ]);
    expect(resolverFaults[0]).toMatch(text);
  });
});

describe("what cannot be told", () => {
  test("no attempt in the log is an error, even where a receiver has the message", () => {
    const step = stepEvidence({ sessions: [session()] });
    expect(observe(step, "dane")).toMatchObject({
      outcome: null,
      errors: ["the sender's log tells no outcome"],
      disagreements: [],
      claimed: null,
    });
  });

  test("the harness's own trouble is told as it is, and not doubled", () => {
    const step = stepEvidence({ errors: ["waited 45 s for a verdict"] });
    expect(observe(step, "dane").errors).toEqual(["waited 45 s for a verdict"]);
  });
});

test("the claim in words", () => {
  const said = (one: ReturnType<typeof attempt>) =>
    observe(stepEvidence({ attempts: [one] }), "dane").claimed;
  expect(said(attempt("sent", { tls: "verified" }))).toBe("sent, TLS verified");
  expect(said(attempt("sent", { tls: "unknown" }))).toBe("sent, TLS not told");
  expect(said(attempt("deferred", { reason: "no-tlsa", text: "no TLSA records found" }))).toBe(
    "deferred (no-tlsa: no TLSA records found)",
  );
});
