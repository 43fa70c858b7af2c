import { dv, fault, mismatch, must, scenarios, should } from "danelab/vocabulary";

/** What an operator can learn from the sender's log: how a message went, and why it did not. */
const undelivered = should("deferred").floor("authenticated", "encrypted", "cleartext", "bounced");

export default scenarios("log", [
  {
    id: "log-verdict-auth",
    title: "The log tells an authenticated delivery",
    cites: ["RFC 7672 9.1"],
    watch: ["log-tells-channel"],
    expect: { dane: should("authenticated") },
  },
  {
    id: "log-verdict-enc",
    title: "The log tells a delivery over TLS from an authenticated one",
    cites: ["RFC 7672 9.1"],
    mx: { tlsa: [] },
    watch: ["log-tells-channel", "not-claimed-secure"],
    expect: { dane: should("encrypted") },
  },
  {
    id: "log-verdict-plain",
    title: "The log tells a delivery in clear text",
    cites: ["RFC 7672 9.1"],
    mx: { tlsa: [], server: "no-starttls" },
    watch: ["log-tells-channel", "not-claimed-secure"],
    expect: { dane: should("cleartext"), may: must("cleartext") },
  },
  {
    id: "log-reason-mismatch",
    title: "The log's reason names the certificate that does not match",
    cites: ["RFC 7672 9.1", "RFC 3463 3.8"],
    mx: { tlsa: [mismatch("3 1 1")] },
    watch: ["reason-names-cause", "dsn-security"],
    expect: { dane: undelivered },
  },
  {
    id: "log-reason-name",
    title: "The log's reason names the certificate whose name does not fit",
    cites: ["RFC 7672 9.1", "RFC 3463 3.8", "RFC 7672 3.2.2"],
    mx: { certificate: dv({ names: ["other.example"], commonName: "other.example" }), tlsa: ["2 0 1"] },
    watch: ["reason-names-cause", "dsn-security"],
    expect: { dane: undelivered },
  },
  {
    id: "log-reason-no-starttls",
    title: "The log's reason names the missing STARTTLS",
    cites: ["RFC 7672 9.1", "RFC 3463 3.8"],
    mx: { server: "no-starttls" },
    watch: ["reason-names-cause", "dsn-security"],
    expect: { dane: undelivered, may: must("cleartext") },
  },
  {
    id: "log-reason-handshake",
    title: "The log's reason names the handshake that failed",
    cites: ["RFC 7672 9.1", "RFC 3463 3.8"],
    mx: { server: "tls-alert" },
    attempts: 2,
    watch: ["reason-names-cause", "dsn-security"],
    expect: { dane: undelivered, may: must("cleartext", "deferred") },
  },
  {
    id: "log-reason-tlsa-bogus",
    title: "The log's reason names the TLSA lookup that failed",
    cites: ["RFC 7672 9.1", "RFC 3463 3.8", "RFC 7672 2.1.2"],
    zone: { faults: [fault("signature-expired", "TLSA")] },
    watch: ["reason-names-cause", "dsn-security"],
    expect: { dane: undelivered },
  },
  {
    id: "log-reason-mx-bogus",
    title: "The log's reason names the MX lookup that failed",
    cites: ["RFC 7672 9.1", "RFC 7672 2.1.2"],
    zone: { faults: [fault("signature-expired", "MX")] },
    watch: ["reason-names-cause"],
    expect: { dane: undelivered, may: must("deferred") },
  },
  {
    id: "log-reason-address-bogus",
    title: "The log's reason names the address lookup that failed",
    cites: ["RFC 7672 9.1", "RFC 7672 2.1.2"],
    zone: { faults: [fault("signature-expired", "A"), fault("signature-expired", "AAAA")] },
    watch: ["reason-names-cause"],
    expect: { dane: undelivered, may: must("deferred") },
  },
]);
