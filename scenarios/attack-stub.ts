import {
  answer,
  failures,
  intercept,
  leaksToTheAttacker,
  must,
  type ScenarioText,
  scenarios,
  selfSigned,
} from "danelab/vocabulary";

/**
 * Attackers between a sender and its resolver. Where AD is all that a sender trusts, it has its resolver on loopback, out of
 * their reach; the control `exposed` has it across the network. Lookups that fail stop mail wherever the resolver is.
 */
const mitm = intercept(selfSigned());
const trust = ["RFC 4035 4.9.3", "RFC 6698 8.3", "RFC 7672 2.1.1"];
const lookups = ["RFC 7672 2.1.2", "RFC 7672 2.2"];

/** No TLSA record is found, or none that counts. */
const blinded = {
  dane: must("deferred"),
  control: leaksToTheAttacker("encrypted"),
  exposed: leaksToTheAttacker("encrypted"),
};
const unanswered = { dane: must("deferred"), control: leaksToTheAttacker("encrypted") };

export default scenarios("atk", [
  {
    id: "atk-ad-spoof",
    title: "The attacker between sender and resolver forges a TLSA record, AD included, and intercepts",
    cites: trust,
    mx: { attacker: mitm },
    resolver: { answers: [answer("forge-ad", "TLSA")] },
    forged: {},
    expect: {
      dane: must("deferred"),
      control: leaksToTheAttacker("encrypted"),
      exposed: leaksToTheAttacker("authenticated"),
    },
  },
  {
    id: "atk-ad-spoof-mx",
    title: "The attacker between sender and resolver forges MX host, addresses and TLSA record, AD included",
    cites: trust,
    resolver: { answers: [answer("forge-ad")] },
    forged: { mx: { host: "evil" } },
    expect: { dane: must("authenticated"), exposed: leaksToTheAttacker("authenticated") },
  },
  {
    id: "atk-ad-clear",
    title: "The attacker between sender and resolver clears AD, and intercepts",
    why: "A silent downgrade: the exposed sender believes the domain unsigned.",
    cites: trust,
    mx: { attacker: mitm },
    resolver: { answers: [answer("clear-ad")] },
    expect: blinded,
  },
  {
    id: "atk-ad-clear-tlsa",
    title: "The attacker between sender and resolver clears AD of TLSA records alone, and intercepts",
    cites: trust,
    mx: { attacker: mitm },
    resolver: { answers: [answer("clear-ad", "TLSA")] },
    expect: blinded,
  },
  {
    id: "atk-stub-tlsa-nodata",
    title: "The attacker between sender and resolver answers that there is no TLSA record, and intercepts",
    cites: trust,
    mx: { attacker: mitm },
    resolver: { answers: [answer("nodata", "TLSA")] },
    expect: blinded,
  },
  {
    id: "atk-stub-tlsa-nxdomain",
    title: "The attacker between sender and resolver answers NXDOMAIN for the TLSA record, and intercepts",
    cites: trust,
    mx: { attacker: mitm },
    resolver: { answers: [answer("nxdomain", "TLSA")] },
    expect: blinded,
  },
  {
    id: "atk-stub-second-server",
    title: "The attacker silences the resolver, so that a second one is asked, which does not validate",
    cites: trust,
    mx: { attacker: mitm },
    resolver: { answers: [answer("drop")], second: [answer("no-validation")] },
    expect: blinded,
  },
  ...failures.map(
    (does): ScenarioText => ({
      id: `atk-stub-${does}`,
      title: `The attacker between sender and resolver answers ${does.toUpperCase()} for TLSA records, and intercepts`,
      cites: lookups,
      mx: { attacker: mitm },
      resolver: { answers: [answer(does, "TLSA")] },
      expect: unanswered,
    }),
  ),
  {
    id: "atk-stub-tlsa-drop",
    title: "The attacker between sender and resolver drops questions for TLSA records, and intercepts",
    cites: lookups,
    mx: { attacker: mitm },
    resolver: { answers: [answer("drop", "TLSA")] },
    expect: unanswered,
  },
  {
    id: "atk-stub-tlsa-tc",
    title: "The attacker between sender and resolver truncates TLSA answers and blocks TCP, and intercepts",
    cites: lookups,
    mx: { attacker: mitm },
    resolver: { answers: [answer("truncate", "TLSA")] },
    expect: unanswered,
  },
  {
    id: "atk-stub-tlsa-garbage",
    title:
      "The attacker between sender and resolver answers for TLSA records what does not parse, and intercepts",
    cites: lookups,
    mx: { attacker: mitm },
    resolver: { answers: [answer("garbage", "TLSA")] },
    expect: unanswered,
  },
]);
