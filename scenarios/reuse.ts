import { mismatch, must, open, recordOf, scenarios, selfSigned } from "danelab/vocabulary";

/** Senders that keep connections and TLS sessions for the next message: what was good enough for one need not be for the other. */
export default scenarios("reuse", [
  {
    id: "reuse-conn-two-domains",
    title: "One MX host for two domains, the first with an insecure MX record, the second with a secure one",
    why: "What was delivered to the host for the first domain does not make the second one's delivery authenticated.",
    cites: ["RFC 7672 2.2.1", "RFC 7672 2.2"],
    setup: "caches",
    recipient: "{plain}",
    zones: { plain: { unsigned: true, under: "tld" } },
    expect: {
      dane: open("encrypted", "authenticated").floor("cleartext", "bounced"),
      "dane-only": must("deferred"),
    },
    steps: [
      {
        title: "a message to the domain with the secure MX record follows at once",
        recipient: "@",
        afterTtl: false,
        expect: { dane: must("authenticated") },
      },
    ],
  },
  {
    id: "reuse-conn-dane-plain",
    title: "A host whose record does not match, reached without DANE and with it",
    why: "A connection that was made without DANE must not carry a message that needs it.",
    cites: ["RFC 7672 2.2", "RFC 7672 3.2"],
    setup: "caches",
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("deferred") },
    steps: [
      {
        title: "a message without DANE is delivered",
        as: "may",
        afterTtl: false,
        expect: { dane: must("deferred") },
      },
      {
        title: "a message with DANE follows at once",
        as: "dane",
        afterTtl: false,
        expect: { dane: must("deferred") },
      },
    ],
  },
  {
    id: "reuse-tls-session",
    title: "The TLSA record changes to another key after a session that can be resumed",
    why: "A resumed session shows no certificate; it must not count for the new record.",
    cites: ["RFC 7672 2.2", "RFC 7671 8.1"],
    setup: "caches",
    mx: { server: "resumes" },
    expect: { dane: must("authenticated") },
    steps: [
      {
        title: "the record is of another key",
        mx: { server: "resumes", tlsa: [recordOf(selfSigned({ label: "next" }), "3 1 1")] },
        expect: { dane: must("deferred") },
      },
    ],
  },
]);
