import {
  answer,
  intercept,
  leaksOnTheWire,
  leaksToTheAttacker,
  must,
  scenarios,
  selfSigned,
  stripStarttls,
} from "danelab/vocabulary";

/** Attackers in each position with a real mail server behind them: what is shown before the recording one holds there too. */
const receiver = "real";
const mitm = intercept(selfSigned());

export default scenarios("atk", [
  {
    id: "atk-real-strip-starttls",
    title: "The attacker removes STARTTLS from the EHLO reply of a real server",
    cites: ["RFC 7672 1.3.1", "RFC 7672 2.2"],
    mx: { receiver, attacker: stripStarttls },
    expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
  },
  {
    id: "atk-real-mitm",
    title: "The attacker terminates TLS with a certificate of its own and goes on to a real server",
    cites: ["RFC 7672 3.2"],
    mx: { receiver, attacker: mitm },
    expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
  },
  {
    id: "atk-real-tlsa-strip",
    title:
      "The attacker answers that there is no TLSA record, without proof, and intercepts on the way to a real server",
    cites: ["RFC 7672 2.1.2", "RFC 7672 2.2"],
    zone: { answers: [answer("nodata", "TLSA")] },
    mx: { receiver, attacker: mitm },
    expect: {
      dane: must("deferred"),
      control: leaksToTheAttacker("encrypted"),
      oblivious: leaksToTheAttacker("encrypted"),
    },
  },
  {
    id: "atk-real-ad-spoof",
    title:
      "The attacker before the resolver forges a TLSA record, AD included, and intercepts on the way to a real server",
    cites: ["RFC 4035 4.9.3", "RFC 6698 8.3", "RFC 7672 2.1.1"],
    mx: { receiver, attacker: mitm },
    resolver: { answers: [answer("forge-ad", "TLSA")] },
    forged: {},
    expect: {
      dane: must("deferred"),
      control: leaksToTheAttacker("encrypted"),
      exposed: leaksToTheAttacker("authenticated"),
    },
  },
]);
