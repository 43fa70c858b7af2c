import { answer, must, open, scenarios } from "danelab/vocabulary";

/** The resolver as a whole is no help. */
export default scenarios("base", [
  {
    id: "base-resolver-dead",
    title: "The resolver does not answer at all",
    cites: ["RFC 7672 2.1.2"],
    resolver: { answers: [answer("drop")] },
    expect: { dane: must("deferred"), may: must("deferred") },
  },
  {
    id: "base-no-ad",
    title: "The resolver does not validate",
    why: "Without validation DANE is off, silently; a sender that validates by itself is not deceived.",
    cites: ["RFC 7672 2.1.1"],
    resolver: { answers: [answer("no-validation")] },
    expect: { dane: open("encrypted", "authenticated") },
  },
]);
