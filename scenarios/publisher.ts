import { dv, probes, recordOf, selfSigned } from "danelab/vocabulary";

const rsa = selfSigned({ label: "rsa", key: "rsa2048" });
const both = { furtherCertificates: [rsa], tlsa: ["3 1 1", recordOf(rsa, "3 1 1")] };
const other = selfSigned({ label: "other", names: ["other.example"], commonName: "other.example" });

/** What a server with TLSA records must do: danelab's own client tries it. */
export default probes("pub", [
  {
    id: "pub-sni-known",
    title: "A client that asks for the host's name gets a chain that matches",
    cites: ["RFC 7672 8.1"],
    way: "sni-known",
  },
  {
    id: "pub-sni-unknown",
    title: "A client that asks for a name that the server does not know gets a chain all the same",
    cites: ["RFC 7672 8.1"],
    way: "sni-unknown",
  },
  {
    id: "pub-sni-none",
    title: "A client that asks for no name gets a chain that matches",
    cites: ["RFC 7672 8.1"],
    way: "no-sni",
  },
  {
    id: "pub-sni-chosen",
    title: "Of two certificates a client gets the one of the name that it asks for",
    cites: ["RFC 7672 8.1", "RFC 6066 3"],
    mx: { certificate: other, sni: { "{mx}": selfSigned() }, tlsa: [recordOf(selfSigned(), "3 1 1")] },
    way: "sni-known",
  },
  {
    id: "pub-chain-has-ta",
    title: "The trust anchor of DANE-TA is in the chain, though it is a self-signed root",
    cites: ["RFC 7672 3.1.2", "RFC 7671 5.2"],
    mx: { certificate: dv(), tlsa: ["2 0 1"] },
    way: "sni-known",
  },
  {
    id: "pub-dual-cert-ecdsa",
    title: "Of an RSA and an ECDSA certificate each matches a record: ECDSA",
    cites: ["RFC 7672 8.1"],
    mx: both,
    way: "ecdsa-only",
  },
  {
    id: "pub-dual-cert-rsa",
    title: "Of an RSA and an ECDSA certificate each matches a record: RSA",
    cites: ["RFC 7672 8.1"],
    mx: both,
    way: "rsa-only",
  },
  {
    id: "pub-lower-case",
    title: "Commands in lower case are understood, STARTTLS among them",
    cites: ["RFC 5321 2.4", "RFC 3207 4"],
    way: "lower-case",
  },
  {
    id: "pub-starttls-twice",
    title: "STARTTLS is not offered under TLS, and declined",
    cites: ["RFC 3207 4.2"],
    way: "starttls-again",
  },
  {
    id: "pub-cmd-injection",
    title: "A command that comes in one segment with STARTTLS, in clear, is not carried out under TLS",
    cites: ["RFC 3207 4.2"],
    way: "injection",
  },
  {
    id: "pub-helo-name",
    title: "The name that a client gave with EHLO in clear is forgotten once there is TLS",
    cites: ["RFC 3207 4.2"],
    way: "early-helo",
  },
  {
    id: "pub-helo-state",
    title: "A sender's address told in clear is forgotten once there is TLS",
    cites: ["RFC 3207 4.2"],
    way: "early-mail",
  },
  {
    id: "pub-no-tls-ok",
    title: "A message without TLS is still accepted",
    cites: ["RFC 3207 4"],
    way: "in-clear",
  },
]);
