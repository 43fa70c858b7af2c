import { must, scenarios, should } from "danelab/vocabulary";

/** Servers whose STARTTLS does not work, or works with one version of TLS only. */
export default scenarios("tls", [
  {
    id: "tls-no-starttls",
    title: "A matching TLSA record, but STARTTLS is not offered",
    cites: ["RFC 7672 2.2"],
    mx: { server: "no-starttls" },
    expect: { dane: must("deferred"), may: must("cleartext") },
  },
  {
    id: "tls-starttls-454",
    title: "STARTTLS is answered with 454",
    cites: ["RFC 7672 2.2", "RFC 3207 4"],
    mx: { server: "starttls-454" },
    expect: { dane: must("deferred"), may: must("cleartext") },
  },
  {
    id: "tls-starttls-500",
    title: "STARTTLS is answered with 500",
    cites: ["RFC 7672 2.2", "RFC 3207 4"],
    mx: { server: "starttls-500" },
    expect: { dane: must("deferred"), may: must("cleartext") },
  },
  {
    id: "tls-starttls-502",
    title: "STARTTLS is answered with 502",
    cites: ["RFC 7672 2.2", "RFC 3207 4"],
    mx: { server: "starttls-502" },
    expect: { dane: must("deferred"), may: must("cleartext") },
  },
  {
    id: "tls-starttls-554",
    title: "STARTTLS is answered with 554",
    why: "For DANE this is no reason to give up at once: delivery is delayed.",
    cites: ["RFC 7672 2.2", "RFC 3207 4"],
    mx: { server: "starttls-554" },
    expect: { dane: must("deferred"), may: must("cleartext", "deferred", "bounced") },
  },
  {
    id: "tls-close-after-220",
    title: "The connection is closed after the 220 to STARTTLS",
    cites: ["RFC 7672 2.2"],
    mx: { server: "close-after-220" },
    attempts: 2,
    expect: { dane: must("deferred"), may: must("cleartext", "deferred") },
  },
  {
    id: "tls-alert",
    title: "The handshake ends with a fatal alert",
    cites: ["RFC 7672 2.2"],
    mx: { server: "tls-alert" },
    attempts: 2,
    expect: { dane: must("deferred"), may: must("cleartext", "deferred") },
  },
  {
    id: "tls-12-only",
    title: "The server speaks TLS 1.2 only",
    cites: ["RFC 7671 3"],
    mx: { server: "tls-1.2-only" },
    expect: { dane: should("authenticated").floor("encrypted", "cleartext", "bounced") },
  },
  {
    id: "tls-13-only",
    title: "The server speaks TLS 1.3 only",
    cites: ["RFC 7671 3"],
    mx: { server: "tls-1.3-only" },
    expect: { dane: should("authenticated").floor("encrypted", "cleartext", "bounced") },
  },
]);
