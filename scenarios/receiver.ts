import {
  answer,
  dv,
  intercept,
  leaksOnTheWire,
  leaksToTheAttacker,
  mismatch,
  must,
  recordOf,
  scenarios,
  selfSigned,
  stripStarttls,
} from "danelab/vocabulary";

/** A real mail server at the MX: what is shown against the recording one holds against Postfix's smtpd too. */
const receiver = "postfix";
const mitm = intercept(selfSigned());

export default scenarios("real", [
  {
    id: "real-311",
    title: "Postfix receives; DANE-EE",
    cites: ["RFC 7672 3.1.1"],
    mx: { receiver },
    expect: { dane: must("authenticated") },
  },
  {
    id: "real-201",
    title: "Postfix receives; DANE-TA, with the anchor in the chain that it sends",
    cites: ["RFC 7672 3.1.2"],
    mx: { receiver, certificate: dv(), tlsa: ["2 0 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "real-sni",
    title: "Postfix receives; its right certificate is shown to those who ask for it by SNI only",
    cites: ["RFC 7672 8.1"],
    mx: {
      receiver,
      certificate: selfSigned({ label: "other", names: ["other.example"], commonName: "other.example" }),
      sni: { "{mx}": selfSigned() },
      tlsa: [recordOf(selfSigned(), "3 1 1")],
    },
    expect: { dane: must("authenticated") },
  },
  {
    id: "real-mismatch",
    title: "Postfix receives; the record is of another key",
    cites: ["RFC 7672 2.2"],
    mx: { receiver, tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "real-strip-starttls",
    title: "The attacker removes STARTTLS from the EHLO reply of Postfix",
    cites: ["RFC 7672 1.3.1", "RFC 7672 2.2"],
    mx: { receiver, attacker: stripStarttls },
    expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
  },
  {
    id: "real-mitm",
    title: "The attacker terminates TLS with a certificate of its own and goes on to Postfix",
    cites: ["RFC 7672 3.2"],
    mx: { receiver, attacker: mitm },
    expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
  },
  {
    id: "real-tlsa-strip",
    title:
      "The attacker answers that there is no TLSA record, without proof, and intercepts on the way to Postfix",
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
    id: "real-ad-spoof",
    title:
      "The attacker before the resolver forges a TLSA record, AD included, and intercepts on the way to Postfix",
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
