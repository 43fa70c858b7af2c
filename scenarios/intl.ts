import { must, open, scenarios } from "danelab/vocabulary";

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
    id: "intl-underscore-host",
    title: "The MX host's name has an underscore",
    why: "No host name by RFC 952, but a domain name.",
    cites: ["RFC 2181 11"],
    mx: { host: "my_mx" },
    expect: { dane: open("authenticated") },
  },
]);
