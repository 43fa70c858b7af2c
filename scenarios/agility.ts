import { dv, mismatch, must, scenarios, should } from "danelab/vocabulary";

/** Digest agility: of records with the same usage and selector, only those with the strongest digest count. */
const refused = should("deferred").floor("encrypted", "cleartext", "bounced");

export default scenarios("agility", [
  {
    id: "agility-512-wrong-256-match",
    title: "A 3 1 2 that does not match, and a 3 1 1 that does",
    why: "The weaker digest alone should not be accepted: an attacker may have found a collision.",
    cites: ["RFC 7671 9", "RFC 7672 5"],
    mx: { tlsa: [mismatch("3 1 2"), "3 1 1"] },
    expect: { dane: refused },
  },
  {
    id: "agility-512-match-256-wrong",
    title: "A 3 1 2 that matches, and a 3 1 1 that does not",
    why: "Support of SHA-512 is a SHOULD: without it the 3 1 1 alone is left, and the message is delayed.",
    cites: ["RFC 7671 9", "RFC 7671 2"],
    mx: { tlsa: ["3 1 2", mismatch("3 1 1")] },
    expect: { dane: should("authenticated").floor("encrypted", "cleartext", "bounced") },
  },
  {
    id: "agility-full-match-512-wrong",
    title: "A 3 1 0 that matches, and a 3 1 2 that does not",
    why: "Matching type Full(0) is never left out.",
    cites: ["RFC 7671 9"],
    mx: { tlsa: ["3 1 0", mismatch("3 1 2")] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "agility-full-wrong-256-match",
    title: "A 3 1 0 that does not match, and a 3 1 1 that does",
    why: "Full(0) is no stronger digest.",
    cites: ["RFC 7671 9"],
    mx: { tlsa: [mismatch("3 1 0"), "3 1 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "agility-unknown-mtype",
    title: "A 3 1 200, and a 3 1 1 that matches",
    why: "Unusable records are left out before the strongest digest is chosen.",
    cites: ["RFC 7671 9", "RFC 6698 4.1"],
    mx: { tlsa: ["3 1 200", "3 1 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "agility-other-usage",
    title: "A 3 1 2 that does not match, and a 2 1 1 that does",
    why: "The strongest digest is chosen for each usage and selector by itself.",
    cites: ["RFC 7671 9"],
    mx: { certificate: dv(), tlsa: [mismatch("3 1 2"), "2 1 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "agility-other-selector",
    title: "A 3 0 2 that does not match, and a 3 1 1 that does",
    why: "The strongest digest is chosen for each usage and selector by itself.",
    cites: ["RFC 7671 9"],
    mx: { tlsa: [mismatch("3 0 2"), "3 1 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "agility-ta",
    title: "A 2 0 2 that does not match, and a 2 0 1 that does",
    cites: ["RFC 7671 9", "RFC 7672 5"],
    mx: { certificate: dv(), tlsa: [mismatch("2 0 2"), "2 0 1"] },
    expect: { dane: refused },
  },
]);
