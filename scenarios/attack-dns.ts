import {
  answer,
  failures,
  fault,
  intercept,
  key,
  leaksToTheAttacker,
  must,
  nsec3,
  open,
  record,
  recordOf,
  type ScenarioText,
  scenarios,
  selfSigned,
} from "danelab/vocabulary";

/**
 * Attackers between the resolver and the name servers, with one on the path to the MX host where that is their aim. What is
 * forged leads to the attacker's own hosts. Whoever does DANE behind a resolver that does not validate is deceived
 * (oblivious), the more so if that resolver says it does (credulous).
 */
const mitm = intercept(selfSigned());
/** The same where there are several hosts. */
const forMx = selfSigned({ names: ["mx.{domain}"], commonName: "mx.{domain}" });
const lookups = ["RFC 7672 2.1.2", "RFC 7672 2.2"];
const validation = ["RFC 4035 5.5", "RFC 7672 2.1.2"];

/** Without DANE the interception is all that it takes. */
const downgraded = {
  dane: must("deferred"),
  control: leaksToTheAttacker("encrypted"),
  oblivious: leaksToTheAttacker("encrypted"),
};
/** What is bogus is an error to whoever has a validating resolver, also without DANE. */
const misled = {
  dane: must("deferred"),
  may: must("deferred"),
  oblivious: leaksToTheAttacker("encrypted"),
};

/** All that is asked at these names. */
const everything = (...names: readonly string[]) => names.map((name) => answer("forge", undefined, { name }));

/** The attacker has no key of the zone. */
const stranger = key("csk", { label: "stranger" });

/** The TLSA records are kept from the resolver. */
const withholding: readonly ScenarioText[] = [
  {
    id: "atk-tlsa-strip",
    title: "The attacker answers that there is no TLSA record, without proof, and intercepts",
    cites: lookups,
    zone: { answers: [answer("nodata", "TLSA")] },
    mx: { attacker: mitm },
    expect: downgraded,
  },
  {
    id: "atk-tlsa-strip-name",
    title:
      "The attacker answers that the name of the TLSA record does not exist, without proof, and intercepts",
    cites: lookups,
    zone: { answers: [answer("nxdomain", "TLSA")] },
    mx: { attacker: mitm },
    expect: downgraded,
  },
  {
    id: "atk-tlsa-drop",
    title: "The attacker drops the questions for TLSA records, and intercepts",
    why: "The main downgrade: a lookup that fails is no proof that there is nothing.",
    cites: lookups,
    zone: { answers: [answer("drop", "TLSA")] },
    mx: { attacker: mitm },
    expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
  },
  ...failures.map(
    (does): ScenarioText => ({
      id: `atk-tlsa-${does}`,
      title: `The attacker answers questions for TLSA records with ${does.toUpperCase()}, and intercepts`,
      cites: lookups,
      zone: { answers: [answer(does, "TLSA")] },
      mx: { attacker: mitm },
      expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
    }),
  ),
  {
    id: "atk-tlsa-tc",
    title: "The attacker truncates answers for TLSA records and blocks TCP, and intercepts",
    cites: [...lookups, "RFC 7766 5"],
    zone: { answers: [answer("truncate", "TLSA")] },
    mx: { attacker: mitm },
    expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
  },
  {
    id: "atk-tlsa-garbage",
    title: "The attacker answers questions for TLSA records with what does not parse, and intercepts",
    cites: lookups,
    zone: { answers: [answer("garbage", "TLSA")] },
    mx: { attacker: mitm },
    expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
  },
  {
    id: "atk-tlsa-wrong-type",
    title: "The attacker answers questions for TLSA records with a record of another type, and intercepts",
    cites: lookups,
    zone: { answers: [answer("wrong-type", "TLSA")] },
    mx: { attacker: mitm },
    expect: downgraded,
  },
  {
    id: "atk-tlsa-deny-other-names",
    title: "The attacker denies the TLSA record by valid NSEC records of other names, and intercepts",
    cites: ["RFC 4035 5.4", ...lookups],
    zone: { answers: [answer("forge", "TLSA")] },
    forged: { zone: { faults: [fault("denial-wrong-range")] }, mx: { tlsa: [] } },
    mx: { attacker: mitm },
    expect: downgraded,
  },
  {
    id: "atk-tlsa-deny-own-proof",
    title: "The attacker denies the TLSA record by the valid NSEC record of its name, which tells of it",
    cites: ["RFC 4035 5.4", ...lookups],
    zone: { answers: [answer("forge", "TLSA")] },
    forged: {
      zone: {
        records: [record("_25._tcp.mx", "TXT", '"nothing else is here"')],
        faults: [fault("denial-type-bit-set", "TLSA", "_25._tcp.mx")],
      },
      mx: { tlsa: [] },
    },
    mx: { attacker: mitm },
    expect: downgraded,
  },
  {
    id: "atk-tlsa-nsec3-iterations",
    title: "The attacker denies the TLSA record with NSEC3 records of many iterations, signed by a stranger",
    why: "A resolver may treat so many iterations as insecure, but only once it has verified the signature over them.",
    cites: ["RFC 9276 3.2", ...lookups],
    zone: { denial: nsec3(), answers: [answer("forge", "TLSA")] },
    forged: { zone: { denial: nsec3({ iterations: 2500 }), keys: [stranger] }, mx: { tlsa: [] } },
    mx: { attacker: mitm },
    expect: downgraded,
  },
];

/** The attacker has records of its own. */
const forging: readonly ScenarioText[] = [
  {
    id: "atk-tlsa-forge",
    title: "The attacker forges a TLSA record of its own key, without a signature, and intercepts",
    cites: validation,
    zone: { answers: [answer("forge", "TLSA")] },
    forged: { zone: { unsigned: true } },
    mx: { attacker: mitm },
    expect: { ...downgraded, credulous: leaksToTheAttacker("authenticated") },
  },
  {
    id: "atk-tlsa-forge-signed",
    title: "The attacker forges a TLSA record of its own key, signed by a stranger, and intercepts",
    cites: validation,
    zone: { answers: [answer("forge", "TLSA")] },
    forged: { zone: { keys: [stranger] } },
    mx: { attacker: mitm },
    expect: { ...downgraded, credulous: leaksToTheAttacker("authenticated") },
  },
  {
    id: "atk-tlsa-alter",
    title: "The attacker puts a TLSA record of its own key under the genuine signature, and intercepts",
    cites: validation,
    zone: { answers: [answer("forge", "TLSA")] },
    forged: { zone: { faults: [fault("signature-flipped", "TLSA")] } },
    mx: { attacker: mitm },
    expect: { ...downgraded, credulous: leaksToTheAttacker("authenticated") },
  },
  {
    id: "atk-tlsa-alias",
    title: "The attacker makes the TLSA record's name an alias of one in a zone of its own, which is signed",
    cites: [...validation, "RFC 7671 7"],
    zone: { answers: [answer("forge", "TLSA")] },
    zones: { evil: { under: "tld" } },
    mx: [
      { host: "mx", attacker: intercept(forMx) },
      {
        host: "mail",
        zone: "evil",
        published: false,
        hostile: true,
        tlsa: [recordOf(forMx, "3 1 1")],
      },
    ],
    forged: {
      zone: { unsigned: true, records: [record("_25._tcp.mx", "CNAME", "_25._tcp.mail.{evil}")] },
      zones: { evil: { under: "tld" } },
      mx: { tlsa: [] },
    },
    expect: { ...downgraded, credulous: leaksToTheAttacker("authenticated") },
  },
  {
    id: "atk-mx-forge",
    title: "The attacker answers with an MX record of its own for a signed domain",
    cites: ["RFC 7672 1.3.2"],
    zone: { answers: [answer("forge", "MX"), ...everything("evil")] },
    forged: { zone: { unsigned: true }, mx: { host: "evil", tlsa: [] } },
    expect: misled,
  },
  {
    id: "atk-mx-forge-signed",
    title: "The attacker answers with an MX record of its own for a signed domain, signed by a stranger",
    cites: ["RFC 7672 1.3.2"],
    zone: { answers: [answer("forge", "MX"), ...everything("evil")] },
    forged: { zone: { keys: [stranger] }, mx: { host: "evil", tlsa: [] } },
    expect: misled,
  },
  {
    id: "atk-mx-strip-to-a",
    title: "The attacker denies the MX records without proof, so that the domain's own address is used",
    cites: ["RFC 7672 2.1.2", "RFC 5321 5.1"],
    zone: {
      answers: [
        answer("nodata", "MX"),
        answer("forge", "A", { name: "@" }),
        answer("forge", "AAAA", { name: "@" }),
      ],
    },
    forged: { zone: { unsigned: true }, mx: { host: "@", published: false, tlsa: [] } },
    expect: misled,
  },
  {
    id: "atk-a-forge",
    title: "The attacker answers with addresses of its own for a signed MX host",
    cites: ["RFC 7672 2.2.2", "RFC 7672 2.1.2"],
    zone: { answers: [answer("forge", "A", { name: "mx" }), answer("forge", "AAAA", { name: "mx" })] },
    forged: { zone: { unsigned: true }, mx: { tlsa: [] } },
    expect: misled,
  },
  {
    id: "atk-cname-inject",
    title: "The attacker makes a signed MX host an alias of a host in an unsigned zone",
    cites: ["RFC 7672 2.2.2", "RFC 7672 2.1.2"],
    zone: { answers: [answer("forge", undefined, { name: "mx" })] },
    zones: { evil: { under: "tld", unsigned: true } },
    mx: [{ host: "mx" }, { host: "mail", zone: "evil", published: false, tlsa: [], hostile: true }],
    forged: {
      zone: { unsigned: true },
      zones: { evil: { under: "tld", unsigned: true } },
      mx: { host: "mail", zone: "evil", alias: "mx", tlsa: [] },
    },
    expect: misled,
  },
];

/** Resolvers may remember for a minute that a zone had no good keys (RFC 4035 4.7). */
const later = must("authenticated", "deferred");

/** A signed zone is made to look as if it were not. */
const insecurising: readonly ScenarioText[] = [
  {
    id: "atk-insecurise",
    title: "The attacker removes the DS records of the domain, without proof, and intercepts",
    cites: ["RFC 4035 5.2", ...lookups],
    recipient: "{child}",
    zone: { answers: [answer("nodata", "DS", { name: "child" })] },
    zones: { child: {} },
    mx: { zone: "child", attacker: mitm },
    expect: { ...misled, after: later },
  },
  {
    id: "atk-insecurise-no-signatures",
    title: "The attacker removes all signatures from the answers, and intercepts",
    cites: ["RFC 4035 5.5", ...lookups],
    zone: { answers: [answer("no-edns")] },
    mx: { attacker: mitm },
    expect: { ...misled, after: later },
  },
  {
    id: "atk-insecurise-no-keys",
    title: "The attacker removes the zone's keys, and intercepts",
    cites: ["RFC 4035 5.2", ...lookups],
    zone: { answers: [answer("nodata", "DNSKEY")] },
    mx: { attacker: mitm },
    expect: { ...misled, after: later },
  },
  {
    id: "atk-insecurise-algorithm",
    title: "The attacker's zone in place of the genuine one is signed by an algorithm that nobody knows",
    why: "Such a zone is insecure only if its parent says so; here DS names another algorithm.",
    cites: ["RFC 4035 5.2", "RFC 6840 5.11", ...lookups],
    zone: { answers: [answer("forge")] },
    forged: { zone: { keys: [key("csk", { label: "stranger", algorithm: "unknown" })] }, mx: { tlsa: [] } },
    expect: { ...misled, after: later },
  },
  {
    id: "atk-insecurise-unsigned-zone",
    title: "The attacker's zone in place of the genuine one is unsigned",
    cites: ["RFC 4035 5.2", ...lookups],
    zone: { answers: [answer("forge")] },
    forged: { zone: { unsigned: true }, mx: { tlsa: [] } },
    expect: { ...misled, after: later },
  },
  {
    id: "atk-forge-insecure-delegation",
    title: "The attacker delegates the MX host to an unsigned zone of its own",
    cites: ["RFC 4035 5.2", ...lookups],
    zone: { answers: everything("mx", "_tcp.mx", "_25._tcp.mx") },
    forged: {
      zone: { keys: [stranger] },
      zones: { mx: { unsigned: true } },
      mx: { host: "@", zone: "mx", tlsa: [] },
    },
    expect: misled,
  },
  {
    id: "atk-optout-signed-child",
    title: "The attacker makes an unsigned delegation of a signed one, in a zone with opt-out",
    why: "Opt-out leaves room for what has no DS records; a delegation that has them is proven.",
    cites: ["RFC 5155 6", "RFC 5155 8.9", ...lookups],
    recipient: "{child}",
    zone: {
      denial: nsec3({ optOut: true }),
      answers: [answer("forge", "DS", { name: "child" })],
    },
    zones: { child: {} },
    mx: { zone: "child", attacker: mitm },
    forged: {
      zone: { denial: nsec3({ optOut: true }), keys: [stranger] },
      zones: { child: { unsigned: true } },
      mx: { zone: "child", tlsa: [] },
    },
    expect: { ...misled, after: later },
  },
  {
    id: "atk-cache-poison-glue",
    title: "The attacker's name server answers for the domain, with a zone and keys of its own",
    why: "Glue is not signed: whoever forges it answers all questions, but has no key that the parent names.",
    cites: ["RFC 4035 5.2", ...lookups],
    zone: { answers: [answer("forge")] },
    forged: { zone: { keys: [stranger] } },
    expect: { ...misled, after: later, credulous: leaksToTheAttacker("authenticated") },
  },
];

const oldServer = selfSigned({ label: "old" });

/** What was signed once is said again. */
const replaying: readonly ScenarioText[] = [
  {
    id: "atk-replay-old-tlsa-expired",
    title: "The attacker has the key of an old TLSA record, and replays that; its signature has expired",
    cites: ["RFC 7671 11", "RFC 4035 5.3.1"],
    zone: { answers: [answer("forge", "TLSA")] },
    mx: { attacker: intercept(oldServer) },
    forged: { zone: { faults: [fault("signature-expired", "TLSA")] }, mx: { certificate: oldServer } },
    expect: { ...downgraded, credulous: leaksToTheAttacker("authenticated") },
  },
  {
    id: "atk-replay-old-denial-expired",
    title: "The attacker replays the denial from before there were TLSA records; its signature has expired",
    cites: ["RFC 7671 11", "RFC 4035 5.3.1"],
    zone: { answers: [answer("forge", "TLSA")] },
    mx: { attacker: mitm },
    forged: { zone: { faults: [fault("signature-expired", "NSEC")] }, mx: { tlsa: [] } },
    expect: downgraded,
  },
  {
    id: "atk-replay-old-address",
    title: "The attacker holds an old address of the MX host, and replays the records of it, still valid",
    why: "The TLSA record is that of today: who has the address has not the key.",
    cites: ["RFC 7672 2.2", "RFC 7672 3.1.1"],
    zone: { answers: [answer("forge", "A", { name: "mx" }), answer("forge", "AAAA", { name: "mx" })] },
    forged: {},
    expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
  },
];

/** What DANE does not claim to stop. */
const beyondDane: readonly ScenarioText[] = [
  {
    id: "atk-replay-old-tlsa-live",
    title: "The attacker has the key of an old TLSA record, and replays that; its signature is still valid",
    limit: "Let signatures live for days, not months; after the loss of a key roll the zone's keys too",
    cites: ["RFC 7671 11", "RFC 7671 13"],
    zone: { answers: [answer("forge", "TLSA")] },
    mx: { attacker: intercept(oldServer) },
    forged: { mx: { certificate: oldServer } },
    expect: { dane: open("authenticated"), may: must("encrypted") },
  },
  {
    id: "atk-replay-old-denial-live",
    title:
      "The attacker replays the denial from before there were TLSA records; its signature is still valid",
    limit: "Let signatures live for days; DANE protects once those over the time before it have expired",
    cites: ["RFC 7671 11", "RFC 7671 13"],
    zone: { answers: [answer("forge", "TLSA")] },
    mx: { attacker: mitm },
    forged: { mx: { tlsa: [] } },
    expect: { dane: open("encrypted"), may: must("encrypted") },
  },
  {
    id: "atk-replay-old-mx-live",
    title:
      "The attacker holds a former MX host, and replays the MX record of then; its signature is still valid",
    limit: "Keep former MX hosts until the signatures over their names have expired",
    cites: ["RFC 7671 11", "RFC 7672 2.2.1"],
    zone: { answers: [answer("forge", "MX"), ...everything("old", "_tcp.old", "_25._tcp.old")] },
    forged: { mx: { host: "old" } },
    expect: { dane: open("authenticated"), may: must("encrypted") },
  },
  {
    id: "atk-mx-forge-attacker-dane",
    title: "The attacker answers with an MX host of its own, DANE and all, for an unsigned domain",
    why: "The host is authenticated, but nothing says that it is the domain's: no log may claim a secure delivery.",
    limit: "Sign the recipient domain's zone, too, not that of the MX hosts alone",
    cites: ["RFC 7672 2.2.1", "RFC 7672 1.3.2"],
    zone: { unsigned: true, answers: [answer("forge", "MX")] },
    zones: { evil: { under: "tld" } },
    mx: [
      { host: "mx", tlsa: [] },
      { host: "mail", zone: "evil", published: false, hostile: true },
    ],
    forged: {
      zone: { unsigned: true },
      zones: { evil: { under: "tld" } },
      mx: { host: "mail", zone: "evil" },
    },
    watch: ["not-claimed-secure"],
    expect: { dane: open("encrypted", "authenticated"), may: must("encrypted") },
  },
  {
    id: "atk-a-forge-insecure-host",
    title: "The attacker answers with addresses of its own for an MX host in an unsigned zone",
    limit: "Sign the zones of all MX hosts: without secure addresses TLSA records do not count",
    cites: ["RFC 7672 2.2.2"],
    zones: {
      hosts: { under: "tld", unsigned: true, answers: [answer("forge", "A"), answer("forge", "AAAA")] },
    },
    mx: { zone: "hosts" },
    forged: {
      zones: { hosts: { under: "tld", unsigned: true } },
      mx: { zone: "hosts", tlsa: [] },
    },
    expect: { dane: open("encrypted"), may: must("encrypted") },
  },
  {
    id: "atk-optout-child",
    title: "The attacker delegates a name that does not exist, in a zone with opt-out",
    limit: "Do without opt-out in zones that delegate recipient domains",
    cites: ["RFC 5155 6", "RFC 5155 12.1.1"],
    recipient: "child",
    zone: {
      denial: nsec3({ optOut: true }),
      answers: everything("child", "mx.child", "_tcp.mx.child", "_25._tcp.mx.child"),
    },
    mx: { published: false },
    forged: {
      zone: { denial: nsec3({ optOut: true }) },
      zones: { child: { unsigned: true } },
      mx: { zone: "child", tlsa: [] },
    },
    expect: { dane: open("encrypted"), may: must("encrypted") },
  },
];

export default scenarios("atk", [...withholding, ...forging, ...insecurising, ...replaying, ...beyondDane]);
