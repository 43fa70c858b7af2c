import { answer, intercept, leaksToTheAttacker, must, scenarios, selfSigned } from "danelab/vocabulary";

/** Attackers between the resolver and the name servers, with one on the path to the MX host where that is their aim. */
const mitm = intercept(selfSigned());
const lookups = ["RFC 7672 2.1.2", "RFC 7672 2.2"];

export default scenarios("atk", [
  {
    id: "atk-tlsa-strip",
    title: "The attacker answers that there is no TLSA record, without proof, and intercepts",
    cites: lookups,
    zone: { answers: [answer("nodata", "TLSA")] },
    mx: { attacker: mitm },
    expect: {
      dane: must("deferred"),
      control: leaksToTheAttacker("encrypted"),
      oblivious: leaksToTheAttacker("encrypted"),
    },
  },
  {
    id: "atk-mx-forge",
    title: "The attacker answers with an MX record of its own for a signed domain",
    cites: ["RFC 7672 1.3.2"],
    zone: { answers: [answer("forge", "MX"), answer("forge", undefined, { name: "evil" })] },
    forged: { zone: { unsigned: true }, mx: { host: "evil", tlsa: [] } },
    expect: { dane: must("deferred"), may: must("deferred"), oblivious: leaksToTheAttacker("encrypted") },
  },
  {
    id: "atk-ad-spoof",
    title: "The attacker between sender and resolver forges a TLSA record, AD included, and intercepts",
    cites: ["RFC 4035 4.9.3", "RFC 6698 8.3", "RFC 7672 2.1.1"],
    mx: { attacker: mitm },
    resolver: { answers: [answer("forge-ad", "TLSA")] },
    forged: {},
    expect: {
      dane: must("deferred"),
      control: leaksToTheAttacker("encrypted"),
      exposed: leaksToTheAttacker("authenticated"),
    },
  },
]);
