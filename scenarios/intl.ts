import { answer, must, open, scenarios, should } from "danelab/vocabulary";

/** Internationalised domain names, letters in either case, odd characters in names. */
export default scenarios("intl", [
  {
    id: "intl-idn-domain",
    title: "Next hop and MX host are internationalised names, written in A-labels",
    cites: ["RFC 6698 3", "RFC 5890 2.3.2.1"],
    recipient: "xn--bcher-kva",
    mx: { host: "mx.xn--bcher-kva" },
    expect: { dane: must("authenticated") },
  },
  {
    id: "intl-smtputf8",
    title: "The recipient's domain is written in U-labels",
    why: "Names that are looked up, and the name in SNI, are A-labels.",
    cites: ["RFC 6698 3", "RFC 6531 3.2"],
    recipient: "xn--bcher-kva",
    recipientText: "bücher.{domain}",
    mx: { host: "mx.xn--bcher-kva" },
    sni: "{mx}",
    expect: { dane: must("authenticated") },
  },
  {
    id: "intl-case-recipient",
    title: "The recipient's domain is written in upper case",
    cites: ["RFC 5321 2.4", "RFC 4343 3"],
    recipientText: "upper",
    expect: { dane: must("authenticated") },
  },
  {
    id: "intl-0x20",
    title: "The resolver's answers repeat the question in letters of the other case",
    why: "Resolvers change the case of letters at random, to tell true answers from forged ones.",
    cites: ["RFC 4343 3", "RFC 1035 2.3.3"],
    resolver: { answers: [answer("other-case")] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "intl-smtputf8-not-offered",
    title: "The recipient's domain is written in U-labels, and the server does not offer SMTPUTF8",
    why: "U-labels must not be told to it. A domain written in A-labels is not counted as internationalized.",
    cites: ["RFC 6531 3.2"],
    recipient: "xn--bcher-kva",
    recipientText: "bücher.{domain}",
    mx: { host: "mx.xn--bcher-kva", server: "no-smtputf8" },
    expect: { dane: should("bounced", "authenticated"), may: must("bounced", "encrypted") },
  },
  {
    id: "intl-underscore-host",
    title: "The MX host's name has an underscore",
    why: "No host name by RFC 952, but a domain name.",
    cites: ["RFC 2181 11"],
    mx: { host: "my_mx" },
    expect: { dane: open("authenticated") },
  },
]);
