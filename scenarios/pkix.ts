import { days, dv, mismatch, must, scenarios } from "danelab/vocabulary";

/**
 * Certificates of a CA that the sender knows, none of which fits its TLSA record: what PKIX accepts, under the policies that
 * demand it, is no reason for a sender with DANE to deliver (RFC 7671 4.1). `secure` wants the next-hop domain or a name
 * below it, as nothing that insecure DNS says may choose the name; `verify` takes the MX host's.
 */
const tlsa = [mismatch("3 1 1")];
const named = (...names: readonly string[]) => dv({ ca: "public", names, commonName: null });
const dane = must("deferred");
const delivered = must("encrypted");
const refused = must("deferred");

export default scenarios("pkix", [
  {
    id: "pkix-name-mx",
    title: "The certificate is valid for the MX host, which is below the next-hop domain",
    cites: ["RFC 7671 4.1"],
    mx: { certificate: named("{mx}"), tlsa },
    expect: { dane, verify: delivered, secure: delivered },
  },
  {
    id: "pkix-name-nexthop",
    title: "The certificate is valid for the next-hop domain only",
    cites: ["RFC 7671 4.1", "RFC 6125 6.2.1"],
    mx: { certificate: named("{recipient}"), tlsa },
    expect: { dane, verify: refused, secure: delivered },
  },
  {
    id: "pkix-name-mx-elsewhere",
    title: "The certificate is valid for an MX host in another domain",
    cites: ["RFC 7671 4.1", "RFC 6125 6.2.1"],
    zones: { hosts: { under: "tld" } },
    mx: { zone: "hosts", certificate: named("{mx}"), tlsa },
    expect: { dane, verify: delivered, secure: refused },
  },
  {
    id: "pkix-name-other",
    title: "The certificate is valid for another name",
    cites: ["RFC 7671 4.1", "RFC 6125 6.2.1"],
    mx: { certificate: named("mx.other.example"), tlsa },
    expect: { dane, verify: refused, secure: refused },
  },
  {
    id: "pkix-expired",
    title: "The certificate of the MX host and its domain expired yesterday",
    cites: ["RFC 7671 4.1", "RFC 5280 4.1.2.5"],
    mx: {
      certificate: dv({
        ca: "public",
        names: ["{mx}", "{recipient}"],
        notBefore: days(-90),
        notAfter: days(-1),
      }),
      tlsa,
    },
    expect: { dane, verify: refused, secure: refused },
  },
  {
    id: "pkix-chain-incomplete",
    title: "The server leaves out the intermediate CA",
    cites: ["RFC 7671 4.1", "RFC 8446 4.4.2"],
    mx: {
      certificate: dv({ ca: "public", names: ["{mx}", "{recipient}"], sends: ["leaf"] }),
      tlsa,
    },
    expect: { dane, verify: refused, secure: refused },
  },
]);
