import { dv, mismatch, must, type ScenarioText, scenarios, selfSigned, should } from "danelab/vocabulary";

/** Every combination of usage, selector and matching type that SMTP uses, right and wrong. */
const combinations = [2, 3].flatMap((usage) =>
  [0, 1].flatMap((selector) => [0, 1, 2].map((matchingType) => ({ usage, selector, matchingType }))),
);

const whose = { 2: "trust anchor", 3: "server" } as const;
const what = ["certificate", "key"] as const;
const how = ["in full", "by SHA-256", "by SHA-512"] as const;

export default scenarios(
  "combo",
  combinations.flatMap(({ usage, selector, matchingType }): ScenarioText[] => {
    const parameters = `${usage} ${selector} ${matchingType}`;
    const id = `combo-${usage}${selector}${matchingType}`;
    const named = `the ${whose[usage === 2 ? 2 : 3]}'s ${what[selector]} ${how[matchingType]}`;
    const certificate = usage === 2 ? dv() : selfSigned();
    // RFC 7671 section 2: matching type 2 is a SHOULD; without it the record is unusable.
    const sha512 = matchingType === 2;
    const level = sha512 ? should : must;
    const cites = ["RFC 6698 2.1", "RFC 6698 6", "RFC 7671 2"];
    return [
      {
        id: `${id}-match`,
        title: `${parameters}: ${named}`,
        cites,
        mx: { certificate, tlsa: [parameters] },
        expect: { dane: level("authenticated").floor("cleartext", "bounced") },
      },
      {
        id: `${id}-mismatch`,
        title: `${parameters}: ${named}, but of another one`,
        cites: ["RFC 7672 3.2", ...cites],
        mx: { certificate, tlsa: [mismatch(parameters)] },
        expect: { dane: level("deferred").floor("authenticated", "cleartext", "bounced") },
      },
    ];
  }),
);
