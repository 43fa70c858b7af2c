import { HarnessError, messageOf } from "../words/errors.ts";
import { lookUp, namesOf } from "./lookup.ts";
import { isWithin, parentOf } from "./name.ts";
import { type Absence, missingProof } from "./proof.ts";
import { canonicalRdata, type ResourceRecord, typeNumber } from "./record.ts";
import { cutsOf, isOccluded, rrsetsOf } from "./rrset.ts";
import { decodeHeader, decodeMessage, type Message } from "./sections.ts";
import { signatureOf, verifies } from "./verify.ts";

/** What the answer of an authoritative server must be, and what is wrong with the one that came. */

/** How a name server was asked. */
export interface Asked {
  readonly name: string;
  readonly type: string;
  /** null: without EDNS, so that no more than 512 octets may come by UDP. */
  readonly edns: { readonly payload: number; readonly do: boolean } | null;
  readonly over: "udp" | "tcp";
}

/** The zone that the answer comes from. */
export interface AuthoritativeZone {
  /** With the delegations of its children. */
  readonly draft: { readonly origin: string } & Parameters<typeof lookUp>[0];
  /** RDATA of the DNSKEY records of a zone, none of one that is not signed; null: no zone begins there. */
  keysOf(origin: string): readonly Uint8Array[] | null;
}

export interface AuthoritativeAnswer {
  readonly rcode: string;
  readonly truncated: boolean;
  readonly octets: number;
  /** The zone is signed, DNSSEC was asked for, and all signatures and proofs are there and right. */
  readonly authenticated: boolean;
  /** RDATA of the type asked for, hexadecimal. */
  readonly rdata: readonly string[];
  /** What RFC 1034, 1035, 4035, 4592, 6672 and 6891 demand otherwise. */
  readonly wrong: readonly string[];
  /** Signatures and proofs that are missing or do not hold. */
  readonly bogus: readonly string[];
}

/** What the zone holds for the question, step by step where aliases lead on. */
interface Due {
  readonly rcode: "NOERROR" | "NXDOMAIN";
  /** Owner of the delegation that the server has to refer to; null: the answer is its own. */
  readonly referral: string | null;
  /** RRsets that the answer section must hold; data null: any (a SOA's serial is the server's own). */
  readonly sets: readonly {
    readonly name: string;
    readonly type: string;
    readonly data: readonly ResourceRecord[] | null;
  }[];
  /** An alias that a DNAME record makes has no signature of its own (RFC 6672 5.3.1). */
  readonly made: readonly string[];
  readonly absent: readonly Absence[];
  /** The last name is denied: a SOA record goes with it (RFC 2308 2). */
  readonly negative: boolean;
}

const dnssecTypes = ["RRSIG", "NSEC", "NSEC3"];
/** RFC 1034 4.3.2 says no number; chains of scenarios are shorter. */
const longestChain = 10;

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function closestEncloser(names: ReadonlyMap<string, unknown>, name: string, origin: string): string {
  let at = name.toLowerCase();
  while (!names.has(at) && !same(at, origin) && at !== ".") at = parentOf(at);
  return at;
}

function dueOf({ draft }: AuthoritativeZone, { name, type }: Asked): Due {
  const names = namesOf(draft);
  const cuts = cutsOf(draft.origin, draft.records);
  const sets: Due["sets"][number][] = [];
  const absent: Absence[] = [];
  const made: string[] = [];
  let at = name;
  for (let links = 0; links < longestChain; links++) {
    const low = at.toLowerCase();
    const cut = [...cuts].find((one) => isWithin(low, one) && !(type === "DS" && low === one));
    if (cut !== undefined && !isOccluded(cut, cuts))
      return { rcode: "NOERROR", referral: cut, sets, made, absent, negative: false };
    const { alias, empty, nxdomain, records } = lookUp(draft, at, type);
    const encloser = closestEncloser(names, at, draft.origin);
    const expanded = encloser !== low;
    if (alias !== null) {
      const dname = [...names].find(
        ([owner, types]) => types.has("DNAME") && owner !== low && isWithin(low, owner),
      )?.[0];
      if (dname !== undefined) {
        sets.push({ name: dname, type: "DNAME", data: names.get(dname)?.get("DNAME") ?? [] });
        made.push(low);
      } else {
        const source = expanded ? `*.${encloser}` : low;
        sets.push({ name: at, type: "CNAME", data: names.get(source)?.get("CNAME") ?? [] });
        if (expanded) absent.push({ name: at, type, encloser, is: "wildcard" });
      }
      // What is not of this zone, another server tells.
      if (!isWithin(alias, draft.origin))
        return { rcode: "NOERROR", referral: null, sets, made, absent, negative: false };
      at = alias;
      continue;
    }
    const end = { referral: null, sets, made, absent };
    if (!empty) {
      sets.push({ name: at, type, data: type === "SOA" ? null : records });
      if (expanded) absent.push({ name: at, type, encloser, is: "wildcard" });
      return { ...end, rcode: "NOERROR", negative: false };
    }
    const is = nxdomain
      ? "name"
      : expanded
        ? "wildcard-type"
        : names.get(low)?.size === 0
          ? "non-terminal"
          : "type";
    absent.push({ name: at, type, encloser, is });
    return { ...end, rcode: nxdomain ? "NXDOMAIN" : "NOERROR", negative: true };
  }
  throw new HarnessError(`${name} leads through more than ${longestChain} aliases`);
}

/** `now` decides whether signatures are valid. HarnessError: it has no header. */
export function checkAuthoritative(
  bytes: Uint8Array,
  asked: Asked,
  zone: AuthoritativeZone,
  now: Date,
): AuthoritativeAnswer {
  const { rcode, truncated, octets } = decodeHeader(bytes);
  try {
    return checkMessage(decodeMessage(bytes), asked, zone, now);
  } catch (error) {
    const wrong = [`${messageOf(error)} (RFC 1035 4.1)`];
    return { rcode, truncated, octets, authenticated: false, rdata: [], wrong, bogus: [] };
  }
}

function checkMessage(
  message: Message,
  asked: Asked,
  zone: AuthoritativeZone,
  now: Date,
): AuthoritativeAnswer {
  const due = dueOf(zone, asked);
  const wantsDnssec = asked.edns?.do === true;
  const base = {
    rcode: message.rcode,
    truncated: message.truncated,
    octets: message.octets,
    rdata: message.answer
      .filter(({ type }) => type === asked.type)
      .map(({ rdata }) => Buffer.from(rdata).toString("hex")),
  };
  const form = formFaults(message, asked, due);
  // RFC 2181 9: of what is truncated nothing is used.
  if (message.truncated) return { ...base, authenticated: false, wrong: form, bogus: [] };
  const wrong = [...form, ...contentFaults(message, asked, due, zone.draft.origin)];
  if (!wantsDnssec) return { ...base, authenticated: false, wrong, bogus: [] };
  const signed = (zone.keysOf(zone.draft.origin) ?? []).length > 0;
  const { good, bogus } = signatureFaults(message, due, zone, now);
  const unproven = !signed
    ? []
    : [...due.absent, ...unsignedReferral(due, message)].flatMap((one) => {
        const missing = missingProof(good, one);
        return missing === null ? [] : [missing];
      });
  const all = [...bogus, ...unproven];
  return { ...base, authenticated: signed && all.length === 0, wrong, bogus: all };
}

/** RFC 4035 3.1.4: a referral holds DS, or the proof that there is none. */
function unsignedReferral({ referral }: Due, { authority }: Message): readonly Absence[] {
  if (referral === null || authority.some(({ type, name }) => type === "DS" && same(name, referral)))
    return [];
  return [{ name: referral, type: "DS", encloser: referral, is: "type" }];
}

/** Of the header, the question, EDNS and the size. */
function formFaults(message: Message, asked: Asked, { rcode, referral }: Due): readonly string[] {
  const { question, edns, octets } = message;
  const limit = asked.over === "tcp" ? 65_535 : (asked.edns?.payload ?? 512);
  const faults: readonly (readonly [boolean, string])[] = [
    [!message.response || message.opcode !== 0, "it is no response to a query (RFC 1035 4.1.1)"],
    [
      message.rcode !== rcode,
      `${message.rcode}, where the zone demands ${rcode} (RFC 1035 4.1.1, RFC 2308 2)`,
    ],
    [
      question === null || !same(question.name, asked.name) || question.type !== asked.type,
      "it does not repeat the question (RFC 1035 4.1.2)",
    ],
    [
      question !== null && same(question.name, asked.name) && question.name !== asked.name,
      "it repeats the name in another case (RFC 4343 4.1)",
    ],
    [
      message.authoritative !== (referral === null),
      referral === null ? "AA is clear (RFC 1035 4.1.1)" : "AA is set in a referral (RFC 1034 4.3.1)",
    ],
    [message.recursionAvailable, "RA is set (RFC 1035 4.1.1)"],
    [message.authenticated, "AD is set, though nothing was validated (RFC 4035 3.1.6)"],
    [asked.edns !== null && edns === null, "it has no OPT record (RFC 6891 6.1.1)"],
    [asked.edns === null && edns !== null, "it has an OPT record, which was not asked for (RFC 6891 7)"],
    [
      edns !== null && asked.edns !== null && edns.do !== asked.edns.do,
      "DO is not as in the question (RFC 3225 3)",
    ],
    [octets > limit, `${octets} octets, where ${limit} are taken (RFC 6891 6.2.3, RFC 1035 4.2.1)`],
    [asked.over === "tcp" && message.truncated, "TC is set over TCP (RFC 7766 5)"],
    [message.trailing > 0, `${message.trailing} octets stand behind its last record (RFC 1035 4.1)`],
  ];
  return faults.flatMap(([is, what]) => (is ? [what] : []));
}

/** Of what its sections hold. */
function contentFaults(message: Message, asked: Asked, due: Due, origin: string): readonly string[] {
  const faults: string[] = [];
  const { answer, authority } = message;
  for (const { name, type, data } of due.sets) {
    const own = answer.filter((one) => one.type === type && same(one.name, name));
    if (own.length === 0) faults.push(`${name} ${type} is not in the answer (RFC 1034 4.3.2)`);
    else if (data !== null && !sameData(own, data))
      faults.push(`${name} ${type}: other records than the zone's`);
  }
  if (due.sets.length === 0 && answer.some(({ type }) => type !== "RRSIG"))
    faults.push("records in the answer where there are none");
  if (due.negative && !authority.some(({ type, name }) => type === "SOA" && same(name, origin)))
    faults.push("no SOA record in the authority section (RFC 2308 2)");
  const { referral } = due;
  if (referral !== null && !authority.some(({ type, name }) => type === "NS" && same(name, referral)))
    faults.push(`no NS records of ${referral} in the authority section (RFC 1034 4.3.2)`);
  if (asked.edns?.do !== true) {
    const odd = [...answer, ...authority].find(
      ({ type }) => dnssecTypes.includes(type) && type !== asked.type,
    );
    if (odd) faults.push(`${odd.type} records, though DO is clear (RFC 3225 3)`);
  }
  return faults;
}

function sameData(some: readonly ResourceRecord[], others: readonly ResourceRecord[]): boolean {
  const texts = (records: readonly ResourceRecord[]) =>
    records.map((one) => canonicalRdata(one).toString("hex")).sort();
  const [a, b] = [texts(some), texts(others)];
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

/** Each RRset that the zone has the say over needs a signature by one of its keys (RFC 4035 3.1.1); the good ones prove. */
function signatureFaults(
  { answer, authority }: Message,
  { referral, made }: Due,
  { keysOf }: AuthoritativeZone,
  now: Date,
): { readonly good: readonly ResourceRecord[]; readonly bogus: readonly string[] } {
  const good: ResourceRecord[] = [];
  const bogus: string[] = [];
  for (const section of [answer, authority]) {
    const signatures = section
      .filter(({ type }) => type === "RRSIG")
      .map((one) => ({ one, ...signatureOf(one) }));
    for (const set of rrsetsOf(section.filter(({ type }) => type !== "RRSIG"))) {
      if (set.type === "NS" && referral !== null && same(set.name, referral)) continue;
      if (set.type === "CNAME" && made.includes(set.name.toLowerCase())) continue;
      const own = signatures.filter(
        ({ name, covers }) => same(name, set.name) && covers === typeNumber(set.type),
      );
      const what = `${set.name} ${set.type}`;
      const holds = own.some(
        ({ one, signer, inception, expiration, algorithm }) =>
          inception <= now &&
          now <= expiration &&
          keysOf(signer)?.some((key) => key[3] === algorithm && verifies(one, set.records, key)),
      );
      if (holds) good.push(...set.records);
      else if (own.length > 0) bogus.push(`no signature of ${what} is right (RFC 4035 5.3)`);
      else if (isSignedName(set.name, keysOf)) bogus.push(`${what} has no signature (RFC 4035 3.1.1)`);
    }
  }
  return { good, bogus };
}

/** Whether the deepest zone of the lab above the name is signed. */
function isSignedName(name: string, keysOf: AuthoritativeZone["keysOf"]): boolean {
  for (let at = name.toLowerCase(); ; at = parentOf(at)) {
    const keys = keysOf(at);
    if (keys !== null || at === ".") return (keys ?? []).length > 0;
  }
}
