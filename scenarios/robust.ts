import { open, rawRdata, scenarios } from "danelab/vocabulary";

/** What must not bring a sender down, whatever it makes of it. */
export default scenarios("robust", [
  {
    id: "robust-tlsa-len3",
    title: "A TLSA record without data meets a sender that filters DNS answers",
    why: "Filters write each record out as text, which needs a record that has all its parts.",
    cites: ["RFC 6698 2.1", "RFC 7672 2.1.2"],
    setup: "dns-filter",
    mx: { tlsa: [rawRdata("030101")] },
    expect: { dane: open("encrypted", "deferred").floor("authenticated", "cleartext", "bounced") },
  },
]);
