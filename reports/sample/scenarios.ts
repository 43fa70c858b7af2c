import type { ScenarioResult } from "../../harness/model/results.ts";
import type { Outcome } from "../../harness/model/scenario.ts";

/** Eighty scenarios for looking at the renderers: like real ones, made by rule. */

type Expectations = ScenarioResult["expect"];

const must = (...permitted: Outcome[]) => ({
  level: "must" as const,
  permitted,
  never: ["cleartext" as const],
});
const should = (...permitted: Outcome[]) => ({
  level: "should" as const,
  permitted,
  never: ["cleartext" as const],
});
const open = (...permitted: Outcome[]) => ({ level: "open" as const, permitted, never: [] });

const authenticated: Expectations = {
  dane: must("authenticated"),
  "dane-only": must("authenticated"),
  may: must("encrypted"),
};
const refused: Expectations = {
  dane: must("deferred"),
  "dane-only": must("deferred"),
  may: must("encrypted"),
};
const unusable: Expectations = {
  dane: should("encrypted"),
  "dane-only": should("deferred"),
  may: must("encrypted"),
};
const undecided: Expectations = {
  dane: open("encrypted", "deferred"),
  "dane-only": open("deferred"),
  may: must("encrypted"),
};
const lostOnTheWire: Expectations = {
  dane: must("deferred"),
  "dane-only": must("deferred"),
  may: { ...open("cleartext"), leaks: "on-the-wire" },
};
const lostToTheAttacker: Expectations = {
  dane: must("deferred"),
  "dane-only": must("deferred"),
  may: { ...open("encrypted"), leaks: "to-the-attacker" },
  verify: { ...open("encrypted"), leaks: "to-the-attacker" },
};

interface Theme {
  readonly group: string;
  readonly expect: Expectations;
  readonly cites: readonly string[];
  /** Id and title. */
  readonly members: readonly (readonly [string, string])[];
}

const variants = (prefix: string, title: string, count: number): readonly (readonly [string, string])[] =>
  Array.from(
    { length: count },
    (_, index) => [`${prefix}-${index + 1}`, `${title}, variant ${index + 1}`] as const,
  );

const themes: readonly Theme[] = [
  {
    group: "canary",
    expect: authenticated,
    cites: ["RFC 7672 2.2"],
    members: [["canary-good", "An honest domain is authenticated"]],
  },
  {
    group: "base",
    expect: authenticated,
    cites: ["RFC 7672 2.2", "RFC 7672 3.1.1"],
    members: [
      ["base-311", "DANE-EE, SPKI, SHA-256 of the current key"],
      ...variants("base-rollover", "Old and new key published", 8),
    ],
  },
  {
    group: "combo",
    expect: authenticated,
    cites: ["RFC 6698 2.1", "RFC 7671 2"],
    members: ["300", "301", "302", "310", "311", "312", "200", "201", "202", "210", "211", "212"].map(
      (digits) => {
        const record = [...digits].join(" ");
        return [`combo-${digits}-match`, `A ${record} record that matches`] as const;
      },
    ),
  },
  {
    group: "ee",
    expect: authenticated,
    cites: ["RFC 7672 3.1.1"],
    members: [
      ["ee-expired", "DANE-EE ignores an expired certificate"],
      ["ee-name-mismatch", "DANE-EE ignores the names of the certificate"],
      ...variants("ee-extension", "DANE-EE with an odd certificate extension", 8),
    ],
  },
  {
    group: "mismatch",
    expect: refused,
    cites: ["RFC 7672 2.2", "RFC 7671 4.1"],
    members: variants("mismatch-digest", "Digest of another key", 12),
  },
  {
    group: "unusable",
    expect: unusable,
    cites: ["RFC 6698 4.1", "RFC 7671 10.3"],
    members: [
      ["unusable-pkix-ee-selfsigned", "Only a PKIX-EE record, server certificate self-signed"],
      ["unusable-sha256-as-512", "A SHA-256 digest published as SHA-512"],
      ...variants("unusable-selector", "Unassigned selector", 10),
    ],
  },
  {
    group: "dnssec",
    expect: refused,
    cites: ["RFC 7672 2.1.2", "RFC 4035 5.5"],
    members: [
      ["dnssec-tlsa-signature-expired", "TLSA signature expired"],
      ["dnssec-denial-unproven", "TLSA denied without proof"],
      ...variants("dnssec-bogus", "Bogus answer", 8),
    ],
  },
  {
    group: "optional",
    expect: undecided,
    cites: ["RFC 7672 3.1.3"],
    members: variants("optional-choice", "A choice that the RFC leaves open", 6),
  },
  {
    group: "attack",
    expect: lostOnTheWire,
    cites: ["RFC 7672 1.3.1", "RFC 7672 2.2"],
    members: [
      ["atk-strip-starttls", "On-path attacker removes STARTTLS"],
      ["atk-starttls-454", "On-path attacker answers STARTTLS with 454"],
      ["atk-abort-handshake", "On-path attacker resets the handshake"],
    ],
  },
  {
    group: "attack",
    expect: lostToTheAttacker,
    cites: ["RFC 7672 3.2"],
    members: [
      ["atk-mitm-self-signed", "On-path attacker terminates TLS with its own certificate"],
      ["atk-mitm-public-ca", "On-path attacker holds a certificate of a public CA for the MX host"],
      ...variants("atk-mitm", "On-path attacker terminates TLS otherwise", 3),
    ],
  },
];

export const sampleScenarios: readonly ScenarioResult[] = themes.flatMap(
  ({ group, expect, cites, members }) =>
    members.map(([id, title]) => ({
      id,
      group,
      title,
      why:
        id === "ee-expired"
          ? "RFC 7671 5.1 says that validity dates MUST be ignored: only the binding by TLSA counts."
          : null,
      cites: [...cites],
      attack: group === "attack",
      canary: group === "canary",
      expect,
    })),
);
