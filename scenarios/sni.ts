import { dv, must, scenarios, selfSigned } from "danelab/vocabulary";

/** The server name in the ClientHello is the TLSA base domain (RFC 7672 8.1). */
export default scenarios("sni", [
  {
    id: "sni-value",
    title: "SNI is the MX host's name",
    cites: ["RFC 7672 8.1", "RFC 7671 10.2"],
    sni: "{mx}",
    expect: { dane: must("authenticated") },
  },
  {
    id: "sni-selects",
    title: "Only the certificate chosen by SNI matches",
    cites: ["RFC 7672 8.1"],
    mx: { certificate: dv(), sni: { "{mx}": dv() }, tlsa: ["2 0 1"] },
    sni: "{mx}",
    expect: { dane: must("authenticated") },
  },
  {
    id: "sni-default-matches",
    title: "The server knows certificates for other names only, and shows its default one",
    cites: ["RFC 7672 8.1"],
    mx: { sni: { "www.{domain}": selfSigned({ names: ["www.{domain}"] }) } },
    expect: { dane: must("authenticated") },
  },
  {
    id: "sni-expanded",
    title: "The MX name is a secure alias: SNI is the expanded name",
    why: "A sender without support for aliased MX hosts may defer.",
    cites: ["RFC 7672 2.2.3", "RFC 7672 8.1"],
    mx: { alias: "alias" },
    sni: "{mx}",
    expect: { dane: must("authenticated", "deferred") },
  },
  {
    id: "sni-original",
    title: "The MX name is a secure alias into an unsigned zone: SNI is the original name",
    cites: ["RFC 7672 2.2.2", "RFC 7672 8.1"],
    zones: { hosts: { unsigned: true, under: "tld" } },
    mx: { zone: "hosts", alias: "alias", tlsaAt: "alias" },
    sni: "{alias}",
    expect: { dane: must("authenticated", "deferred") },
  },
]);
