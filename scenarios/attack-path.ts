import {
  attacker,
  dv,
  intercept,
  leaksOnTheWire,
  leaksToTheAttacker,
  must,
  open,
  redirect,
  type ScenarioText,
  scenarios,
  selfSigned,
  should,
  stripStarttls,
} from "danelab/vocabulary";

/**
 * Attackers on the path between sender and MX host. Each must succeed against its control, or it proves nothing. Once the
 * attack is over, the message that waited is delivered: that step follows by rule.
 */
const downgrade = ["RFC 7672 1.3.1", "RFC 7672 2.2"];
const handshake = ["RFC 7672 2.2"];
const authentication = ["RFC 7672 2.2", "RFC 7672 3.2"];
const readOnTheWire = { dane: must("deferred"), control: leaksOnTheWire("cleartext") };
const readByTheAttacker = { dane: must("deferred"), control: leaksToTheAttacker("encrypted") };
/** A sender that has no such TLS goes on in clear text, which the attacker reads as well. */
const readByTheAttackerAnyhow = {
  dane: must("deferred"),
  control: leaksToTheAttacker("encrypted", "cleartext"),
};
const fallback = "Senders without DANE fall back to clear text, some of them when they try again.";

/** A domain with a CA of its own, and what an attacker shows in place of its certificate. */
const ownCa = { certificate: dv(), tlsa: ["2 0 1"] };

const ehloCodes = [221, 354, 450, 500, 501, 504, 530, 550, 554] as const;
const starttlsCodes = [
  150, 200, 221, 250, 354, 421, 450, 454, 500, 501, 502, 503, 504, 530, 550, 554,
] as const;

/** STARTTLS and what leads to it: the session stays in clear text. */
const stripping: readonly ScenarioText[] = [
  {
    id: "atk-strip-starttls",
    title: "The attacker removes STARTTLS from the EHLO reply",
    cites: downgrade,
    mx: { attacker: stripStarttls },
    expect: readOnTheWire,
  },
  {
    id: "atk-strip-first-session",
    title: "The attacker removes STARTTLS from the EHLO reply of the first session only",
    why: "What another session offers is no excuse: the message goes to a server that is authenticated, or waits.",
    cites: downgrade,
    mx: { attacker: attacker("strip-first-session") },
    expect: {
      dane: must("authenticated", "deferred"),
      control: leaksOnTheWire("cleartext"),
      encrypt: should("encrypted", "deferred").floor("cleartext"),
    },
  },
  {
    id: "atk-mask-starttls",
    title: "The attacker replaces the keyword STARTTLS by XXXXXXXA, as some firewalls do",
    cites: downgrade,
    mx: { attacker: attacker("mask-starttls") },
    expect: readOnTheWire,
  },
  {
    id: "atk-mask-starttls-command",
    title: "The command STARTTLS reaches the server as XXXXXXXX, as behind some firewalls",
    cites: downgrade,
    mx: { attacker: attacker("mask-starttls-command") },
    expect: readOnTheWire,
  },
  {
    id: "atk-mask-ehlo-command",
    title: "The command EHLO reaches the server as XXXX, so that HELO is used",
    cites: downgrade,
    mx: { attacker: attacker("mask-ehlo-command") },
    expect: readOnTheWire,
  },
  {
    id: "atk-mask-everything",
    title: "The attacker masks greeting and keywords, as an old firewall does",
    cites: downgrade,
    mx: { attacker: attacker("mask-everything") },
    expect: readOnTheWire,
  },
  {
    id: "atk-mangle-starttls",
    title: "The attacker changes one letter of the keyword STARTTLS",
    cites: downgrade,
    mx: { attacker: attacker("mangle-starttls") },
    expect: readOnTheWire,
  },
  {
    id: "atk-split-starttls",
    title: "The attacker makes two words of the keyword STARTTLS",
    cites: downgrade,
    mx: { attacker: attacker("split-starttls") },
    expect: readOnTheWire,
  },
  {
    id: "atk-starttls-as-parameter",
    title: "The attacker moves STARTTLS to where it is a parameter of another keyword",
    cites: downgrade,
    mx: { attacker: attacker("starttls-as-parameter") },
    expect: readOnTheWire,
  },
  {
    id: "atk-starttls-in-greeting-line",
    title: "The attacker moves STARTTLS to the first line of the EHLO reply, which holds no keywords",
    cites: downgrade,
    mx: { attacker: attacker("starttls-in-greeting-line") },
    expect: readOnTheWire,
  },
  {
    id: "atk-bare-ehlo",
    title: "The attacker cuts the EHLO reply down to one line, as that to HELO is",
    cites: downgrade,
    mx: { attacker: attacker("bare-ehlo") },
    expect: readOnTheWire,
  },
  {
    id: "atk-no-esmtp",
    title:
      "The attacker plays a server from before ESMTP: its greeting does not speak of it, EHLO is unknown",
    cites: [...downgrade, "RFC 5321 3.2"],
    mx: { attacker: attacker("no-esmtp") },
    expect: readOnTheWire,
  },
  {
    id: "atk-reject-ehlo",
    title: "The attacker answers 502 to EHLO, so that the sender falls back to HELO",
    cites: downgrade,
    mx: { attacker: attacker("ehlo-502") },
    expect: readOnTheWire,
  },
  ...ehloCodes.map(
    (code): ScenarioText => ({
      id: `atk-ehlo-${code}`,
      title: `The attacker answers EHLO with ${code}`,
      cites: downgrade,
      mx: { attacker: attacker(`ehlo-${code}`) },
      expect: readOnTheWire,
    }),
  ),
  ...starttlsCodes.map(
    (code): ScenarioText => ({
      id: `atk-starttls-${code}`,
      title: `The attacker answers STARTTLS with ${code}`,
      cites: downgrade,
      mx: { attacker: attacker(`starttls-${code}`) },
      // A sender that takes it for a yes begins TLS, and falls back when it tries again.
      ...(code < 300 ? { attempts: 2 } : {}),
      expect: readOnTheWire,
    }),
  ),
];

const alerts = [
  ["close-notify", "close_notify"],
  ["unexpected-message", "unexpected_message"],
  ["handshake-failure", "handshake_failure"],
  ["access-denied", "access_denied"],
  ["protocol-version", "protocol_version"],
  ["insufficient-security", "insufficient_security"],
  ["internal-error", "internal_error"],
  ["inappropriate-fallback", "inappropriate_fallback"],
  ["user-canceled", "user_canceled"],
  ["unrecognized-name", "unrecognized_name"],
] as const;

/** TLS is begun, and comes to nothing. */
const breaking: readonly ScenarioText[] = [
  {
    id: "atk-close-after-220",
    title: "The attacker closes the connection after the 220 to STARTTLS",
    why: fallback,
    cites: handshake,
    mx: { attacker: attacker("close-after-220") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-abort-handshake",
    title: "The attacker resets the connection after the ClientHello",
    why: fallback,
    cites: handshake,
    mx: { attacker: attacker("abort-handshake") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-abort-every-tls",
    title: "The attacker resets every attempt to begin TLS, however often it is made",
    why: "A message waits as long as it would for a host that cannot be reached; it never goes in clear text.",
    cites: [...handshake, "RFC 5321 4.5.4.1"],
    mx: { attacker: attacker("abort-handshake") },
    attempts: 4,
    expect: readOnTheWire,
  },
  {
    id: "atk-close-handshake",
    title: "The attacker closes the connection after the ClientHello",
    cites: handshake,
    mx: { attacker: attacker("close-handshake") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-stall-handshake",
    title: "The attacker keeps the ClientHello back",
    cites: handshake,
    mx: { attacker: attacker("stall-handshake"), addresses: "ipv4" },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-text-for-handshake",
    title: "The attacker answers the ClientHello with a line of SMTP in clear text",
    cites: handshake,
    mx: { attacker: attacker("text-for-handshake") },
    attempts: 2,
    expect: readOnTheWire,
  },
  ...alerts.map(
    ([kind, name]): ScenarioText => ({
      id: `atk-alert-${kind}`,
      title: `The attacker answers the ClientHello with the alert ${name}`,
      cites: handshake,
      mx: { attacker: attacker(`alert-${kind}`) },
      attempts: 2,
      expect: readOnTheWire,
    }),
  ),
  {
    id: "atk-cut-after-server-hello",
    title: "The attacker resets the connection after the ServerHello",
    cites: handshake,
    mx: { attacker: attacker("cut-after-server-hello") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-cut-after-certificate",
    title: "The attacker resets the connection after the server's certificate",
    cites: handshake,
    mx: { attacker: attacker("cut-after-certificate") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-cut-after-handshake",
    title: "The attacker resets the connection as soon as the handshake is over",
    cites: handshake,
    mx: { attacker: attacker("cut-after-handshake") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-drop-mid-data",
    title: "The attacker resets the TLS connection in the middle of the message",
    why: "RFC 7672 2.2 speaks of TLS that fails even while data is sent.",
    cites: handshake,
    mx: { attacker: attacker("cut-message") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-alter-server-hello",
    title: "The attacker flips a bit in the ServerHello",
    cites: [...handshake, "RFC 8446 4.4"],
    mx: { attacker: attacker("alter-server-hello") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-alter-message",
    title: "The attacker flips a bit in the encrypted message",
    cites: [...handshake, "RFC 8446 5.2"],
    mx: { attacker: attacker("alter-message") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-roll-back-hello",
    title: "The attacker takes TLS 1.3 out of the versions that the ClientHello offers",
    why: "The server's random tells that it could do better; a client that does not look finds it in the Finished message.",
    cites: [...handshake, "RFC 8446 4.1.3"],
    mx: { attacker: attacker("roll-back-version") },
    attempts: 2,
    expect: readOnTheWire,
  },
];

/** TLS of the attacker's own. */
const intercepting: readonly ScenarioText[] = [
  {
    id: "atk-mitm-selfsigned",
    title: "The attacker terminates TLS with a self-signed certificate of its own for the MX host's name",
    cites: authentication,
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
    id: "atk-mitm-public-ca-ta",
    title: "DANE-TA; the attacker has a certificate for the right name from a CA that the sender trusts",
    cites: ["RFC 7672 3.1.2", "RFC 7672 3.2"],
    mx: { ...ownCa, attacker: intercept(dv({ ca: "public" })) },
    expect: { ...readByTheAttacker, verify: leaksToTheAttacker("encrypted") },
  },
  {
    id: "atk-mitm-same-ta-other-name",
    title: "DANE-TA; the attacker has a certificate of the same CA for another name",
    cites: ["RFC 7672 3.2.2"],
    mx: {
      ...ownCa,
      attacker: intercept(dv({ names: ["mx.attacker.example"], commonName: "mx.attacker.example" })),
    },
    expect: readByTheAttacker,
  },
  {
    id: "atk-mitm-common-name-only",
    title: "DANE-TA; the attacker's certificate has the right name as subject, and another as subjectAltName",
    cites: ["RFC 7672 3.2.2", "RFC 6125 6.4.4"],
    mx: { ...ownCa, attacker: intercept(dv({ names: ["mx.attacker.example"] })) },
    expect: readByTheAttacker,
  },
  {
    id: "atk-mitm-nul",
    title: "DANE-TA; the attacker's certificate has the right name with a NUL and more behind it",
    cites: ["RFC 7672 3.2.2", "RFC 5280 4.2.1.6"],
    mx: { ...ownCa, attacker: intercept(dv({ names: ["{mx}\u0000.attacker.example"], commonName: null })) },
    expect: readByTheAttacker,
  },
  {
    id: "atk-mitm-partial-wildcard",
    title: "DANE-TA; the attacker's certificate has a wildcard within a label",
    cites: ["RFC 7672 3.2.3", "RFC 6125 7.2"],
    mx: { ...ownCa, attacker: intercept(dv({ names: ["m*.{domain}"], commonName: null })) },
    expect: readByTheAttacker,
  },
  {
    id: "atk-mitm-appended-ta",
    title: "DANE-TA; the attacker's own chain has the right name and the genuine anchor appended",
    cites: ["RFC 6698 2.1.1", "RFC 5280 6.1"],
    mx: {
      ...ownCa,
      attacker: intercept(dv({ ca: "other", sends: ["leaf", "intermediate", "root", "private-root"] })),
    },
    expect: readByTheAttacker,
  },
  {
    id: "atk-mitm-appended-ee",
    title: "The attacker shows the genuine certificate, which matches, behind its own",
    why: "DANE-EE is about the server's own certificate, the first; that of another is no secret.",
    cites: ["RFC 7672 3.1.1", "RFC 6698 2.1.1"],
    mx: { attacker: intercept(selfSigned(), "normal", { appendsGenuine: true }) },
    expect: readByTheAttacker,
  },
  {
    id: "atk-mitm-leaf-as-ca",
    title: "DANE-TA; the attacker issues a certificate with one of the same CA that is none itself",
    cites: ["RFC 5280 6.1.4", "RFC 7672 3.1.2"],
    mx: { ...ownCa, attacker: intercept(dv({ chain: "issuer-not-ca" })) },
    expect: readByTheAttacker,
  },
  {
    id: "atk-mitm-namesake-ta",
    title: "DANE-TA; the attacker's CA has the name of the genuine one, and another key",
    cites: ["RFC 7672 3.1.2", "RFC 5280 6.1"],
    mx: {
      ...ownCa,
      attacker: intercept(
        dv({ chain: "issued-under-namesake", sends: ["leaf", "intermediate", "namesake-root", "root"] }),
      ),
    },
    expect: readByTheAttacker,
  },
  {
    id: "atk-mitm-anon",
    title: "The attacker negotiates a cipher that needs no certificate",
    cites: [...authentication, "RFC 7672 8.2"],
    mx: { attacker: intercept(selfSigned(), "tls-anonymous-only") },
    attempts: 2,
    expect: readByTheAttackerAnyhow,
  },
  {
    id: "atk-mitm-rpk",
    title: "The attacker offers a bare public key of its own",
    cites: [...authentication, "RFC 7250 4.2"],
    mx: { attacker: intercept(selfSigned(), "raw-public-key") },
    expect: readByTheAttacker,
  },
  {
    id: "atk-null-cipher",
    title: "The attacker offers only ciphers that do not encrypt",
    cites: [...authentication, "RFC 9325 4.1"],
    mx: { attacker: intercept(selfSigned(), "tls-null-only") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-export-cipher",
    title: "The attacker offers only RC4, 3DES and export ciphers",
    cites: [...authentication, "RFC 7465 2", "RFC 9325 4.1"],
    mx: { attacker: intercept(selfSigned(), "tls-weak-only") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-version-rollback",
    title: "The attacker speaks SSLv3 only",
    cites: [...authentication, "RFC 7568 3"],
    mx: { attacker: intercept(selfSigned(), "ssl-3-only") },
    attempts: 2,
    expect: readOnTheWire,
  },
  {
    id: "atk-version-rollback-tls10",
    title: "The attacker speaks TLS 1.0 only",
    cites: [...authentication, "RFC 8996 2"],
    mx: { attacker: intercept(selfSigned(), "tls-1.0-only") },
    expect: readByTheAttackerAnyhow,
  },
  {
    id: "atk-redirect-ip",
    title: "The attacker routes the MX host's addresses to a server of its own, with that one's certificate",
    cites: authentication,
    mx: { attacker: redirect(dv({ ca: "public", names: ["mx.attacker.example"], commonName: null })) },
    expect: readByTheAttacker,
  },
  {
    id: "atk-redirect-ip-clear",
    title: "The attacker routes the MX host's addresses to a server of its own that does no TLS",
    cites: downgrade,
    mx: { attacker: redirect(selfSigned(), "no-starttls") },
    expect: { dane: must("deferred"), control: leaksToTheAttacker("cleartext") },
  },
  {
    id: "atk-session-ticket",
    title: "The attacker plants a TLS session in the sender's cache, and resumes it",
    why: "A session that was made without authentication shows no certificate when it is resumed.",
    cites: [...authentication, "RFC 8446 2.2"],
    setup: "caches",
    mx: { attacker: intercept(selfSigned(), "resumes") },
    expect: readByTheAttacker,
    steps: [
      {
        title: "a message without DANE goes to the attacker",
        as: "may",
        afterTtl: false,
        expect: { dane: must("deferred"), may: leaksToTheAttacker("encrypted") },
      },
      { title: "a message with DANE follows", afterTtl: false, expect: readByTheAttacker },
      { title: "the attack is over", mx: {}, expect: { dane: must("authenticated") } },
    ],
  },
];

/** What DANE does not claim to stop. */
const beyondDane: readonly ScenarioText[] = [
  {
    id: "atk-mitm-wide-wildcard",
    title: "DANE-TA; the attacker's certificate has a wildcard that would have to stand for several labels",
    why: "Senders may take it, by local policy.",
    limit: "Have a CA of your own named in TLSA records, or none that gives wildcards to others",
    cites: ["RFC 7672 3.2.3", "RFC 6125 6.4.3"],
    mx: { ...ownCa, attacker: intercept(dv({ names: ["*.example"], commonName: null })) },
    expect: {
      dane: open("deferred", "authenticated").floor("encrypted", "cleartext", "bounced"),
      may: must("encrypted"),
    },
  },
  {
    id: "atk-kill-best-mx",
    title: "The attacker blocks the MX host with TLSA records, so that mail goes to one without",
    limit: "Publish TLSA records for every MX host, or the weakest is the one that an attacker lets through",
    cites: ["RFC 7672 2.2.1"],
    mx: [{ attacker: attacker("block") }, { tlsa: [], attacker: stripStarttls }],
    expect: { dane: open("cleartext", "deferred"), may: must("cleartext") },
  },
  {
    id: "atk-shared-ee-substitution",
    title: "The attacker diverts the connection to another server that has the same certificate",
    limit: "Give each service a key of its own: DANE-EE checks no names",
    cites: ["RFC 7672 3.1.1", "RFC 7671 5.1"],
    mx: { attacker: attacker("divert") },
    expect: { dane: open("authenticated"), may: must("encrypted") },
  },
  {
    id: "atk-greeting-554",
    title: "The attacker greets with 554, so that mail is returned",
    limit:
      "Nothing helps but a sender that waits when it is refused by a server that it has not authenticated",
    cites: ["RFC 5321 3.1", "RFC 7672 2.2"],
    mx: { attacker: attacker("greeting-554") },
    expect: { dane: open("deferred", "bounced"), may: open("deferred", "bounced") },
  },
];

export default scenarios("atk", [...stripping, ...breaking, ...intercepting, ...beyondDane]);
