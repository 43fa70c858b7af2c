import {
  abortHandshake,
  answerStarttls454,
  dv,
  intercept,
  leaksOnTheWire,
  leaksToTheAttacker,
  must,
  scenarios,
  selfSigned,
  stripStarttls,
} from "danelab/vocabulary";

/** Attackers on the path between sender and MX host. Each must succeed against its control, or it proves nothing. */
export default scenarios("atk", [
  {
    id: "atk-strip-starttls",
    title: "The attacker removes STARTTLS from the EHLO reply",
    cites: ["RFC 7672 1.3.1", "RFC 7672 2.2"],
    mx: { attacker: stripStarttls },
    expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
  },
  {
    id: "atk-starttls-454",
    title: "The attacker answers STARTTLS with 454",
    cites: ["RFC 7672 1.3.1", "RFC 7672 2.2"],
    mx: { attacker: answerStarttls454 },
    expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
  },
  {
    id: "atk-abort-handshake",
    title: "The attacker resets the connection after the ClientHello",
    why: "Senders without DANE fall back to clear text, some of them when they try again.",
    cites: ["RFC 7672 2.2"],
    mx: { attacker: abortHandshake },
    attempts: 2,
    expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
  },
  {
    id: "atk-mitm-selfsigned",
    title: "The attacker terminates TLS with a self-signed certificate of its own for the MX host's name",
    cites: ["RFC 7672 3.2"],
    mx: { attacker: intercept(selfSigned()) },
    expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
  },
  {
    id: "atk-mitm-public-ca",
    title: "The attacker has a certificate for the right name from a CA that the sender trusts",
    why: "What DANE gains over PKIX: a sender that verifies by PKIX (policy verify) is deceived too.",
    cites: ["RFC 7672 1.3", "RFC 7672 3.2"],
    mx: { attacker: intercept(dv({ ca: "public" })) },
    expect: {
      dane: must("deferred"),
      control: leaksToTheAttacker("encrypted"),
      verify: leaksToTheAttacker("encrypted"),
    },
  },
  {
    id: "atk-mitm-same-ta-other-name",
    title: "DANE-TA; the attacker has a certificate of the same CA for another name",
    cites: ["RFC 7672 3.2.2"],
    mx: {
      certificate: dv(),
      tlsa: ["2 0 1"],
      attacker: intercept(dv({ names: ["mx.attacker.example"], commonName: "mx.attacker.example" })),
    },
    expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
  },
  {
    id: "atk-mitm-appended-ta",
    title: "DANE-TA; the attacker's own chain has the right name and the genuine anchor appended",
    cites: ["RFC 6698 2.1.1", "RFC 5280 6.1"],
    mx: {
      certificate: dv(),
      tlsa: ["2 0 1"],
      attacker: intercept(dv({ ca: "other", sends: ["leaf", "intermediate", "root", "private-root"] })),
    },
    expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
  },
]);
