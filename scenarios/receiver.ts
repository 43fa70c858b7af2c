import { dv, mismatch, must, recordOf, scenarios, selfSigned } from "danelab/vocabulary";

/** A real mail server at the MX (--receiver; Postfix unless told): what is shown against the recording one holds there too. */
const receiver = "real";

export default scenarios("real", [
  {
    id: "real-311",
    title: "A real server receives; DANE-EE",
    cites: ["RFC 7672 3.1.1"],
    mx: { receiver },
    expect: { dane: must("authenticated") },
  },
  {
    id: "real-201",
    title: "A real server receives; DANE-TA, with the anchor in the chain that it sends",
    cites: ["RFC 7672 3.1.2"],
    mx: { receiver, certificate: dv(), tlsa: ["2 0 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "real-sni",
    title: "A real server receives; its right certificate is shown to those who ask for it by SNI only",
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
    title: "A real server receives; the record is of another key",
    cites: ["RFC 7672 2.2"],
    mx: { receiver, tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("deferred") },
  },
]);
