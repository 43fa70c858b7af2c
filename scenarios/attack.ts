import {
  abortHandshake,
  answer,
  answerStarttls454,
  attacker,
  dv,
  intercept,
  leaksOnTheWire,
  leaksToTheAttacker,
  must,
  type ScenarioText,
  scenarios,
  selfSigned,
  stripStarttls,
} from "danelab/vocabulary";

/**
 * Attackers on the path between sender and MX host. Each must succeed against its control, or it proves nothing. Once the
 * attack is over, the message that waited is delivered: that step follows by rule.
 */
const downgrade = ["RFC 7672 1.3.1", "RFC 7672 2.2"];
const readOnTheWire = { dane: must("deferred"), control: leaksOnTheWire("cleartext") };
const readByTheAttacker = { dane: must("deferred"), control: leaksToTheAttacker("encrypted") };

const refusals = ["500", "501", "502", "503", "530", "554"] as const;

export default scenarios("atk", [
  {
    id: "atk-strip-starttls",
    title: "The attacker removes STARTTLS from the EHLO reply",
    cites: downgrade,
    mx: { attacker: stripStarttls },
    expect: readOnTheWire,
  },
  {
    id: "atk-reject-ehlo",
    title: "The attacker answers 502 to EHLO, so that the sender falls back to HELO",
    cites: downgrade,
    mx: { attacker: attacker("reject-ehlo") },
    expect: readOnTheWire,
  },
  {
    id: "atk-starttls-454",
    title: "The attacker answers STARTTLS with 454",
    cites: downgrade,
    mx: { attacker: answerStarttls454 },
    expect: readOnTheWire,
  },
  ...refusals.map(
    (code): ScenarioText => ({
      id: `atk-starttls-${code}`,
      title: `The attacker answers STARTTLS with ${code}`,
      cites: downgrade,
      mx: { attacker: attacker(`starttls-${code}`) },
      expect: readOnTheWire,
    }),
  ),
  {
    id: "atk-abort-handshake",
    title: "The attacker resets the connection after the ClientHello",
    why: "Senders without DANE fall back to clear text, some of them when they try again.",
    cites: ["RFC 7672 2.2"],
    mx: { attacker: abortHandshake },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-alert-handshake",
    title: "The attacker answers the ClientHello with a fatal alert",
    cites: ["RFC 7672 2.2"],
    mx: { attacker: attacker("alert-handshake") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-mitm-selfsigned",
    title: "The attacker terminates TLS with a self-signed certificate of its own for the MX host's name",
    cites: ["RFC 7672 3.2"],
    mx: { attacker: intercept(selfSigned()) },
    expect: readByTheAttacker,
  },
  {
    id: "atk-mitm-public-ca",
    title: "The attacker has a certificate for the right name from a CA that the sender trusts",
    why: "What DANE gains over PKIX: a sender that verifies by PKIX (policy verify) is deceived too.",
    cites: ["RFC 7672 1.3", "RFC 7672 3.2"],
    mx: { attacker: intercept(dv({ ca: "public" })) },
    expect: { ...readByTheAttacker, verify: leaksToTheAttacker("encrypted") },
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
    expect: readByTheAttacker,
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
    expect: readByTheAttacker,
  },
]);
