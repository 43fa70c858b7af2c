import { createHash, type X509Certificate } from "node:crypto";
import type { MailToSubmit, Submitted } from "../../model/farm.ts";
import type { FakeInternet } from "./internet.ts";
import { type FakeAnswer, type FakeResolver, nameIn } from "./resolver.ts";

/** How a fake sender behaves. */
export interface SenderConduct {
  /** empty-claim: no DANE is done, and every TLS session is said to be verified. */
  readonly dane: "conforming" | "empty-claim";
  /** Whether it says anything of a message to this recipient. */
  readonly logs: (recipient: string) => boolean;
  /** Never answers who hands mail in. */
  readonly hangs: boolean;
}

/** A sender that does what Postfix does as far as the tests of the pipeline need it, and logs in Postfix's form. */
export interface FakeSender {
  submit(mails: readonly MailToSubmit[]): Promise<readonly Submitted[]>;
  /** The commands that the Postfix driver gives; their standard output. */
  execute(command: readonly string[]): string;
}

export interface FakeSurroundings {
  readonly internet: FakeInternet;
  readonly resolver: () => FakeResolver | undefined;
  readonly addresses: { readonly ipv4: string; readonly ipv6: string };
  readonly alive: () => boolean;
  readonly log: (line: string) => void;
}

interface Hop {
  readonly host: string;
  readonly addresses: readonly string[];
  /** Both MX and address records were secure, so that TLSA records count (RFC 7672 2.2.1). */
  readonly secure: boolean;
}

type Level = "may" | "encrypt" | "dane";

class Deferral extends Error {
  override readonly name = "Deferral";
  readonly relay: string;

  constructor(text: string, relay = "none") {
    super(text);
    this.relay = relay;
  }
}

/** RFC 6698 2.1.4. Certificate usages 2 and 3 only (RFC 7672 3.1); chains are not built. */
function matches(rdata: Buffer, chain: readonly X509Certificate[]): boolean {
  const [usage, selector, matchingType] = rdata;
  const candidates = usage === 3 ? chain.slice(0, 1) : chain;
  return candidates.some((certificate) => {
    const selected =
      selector === 0 ? certificate.raw : certificate.publicKey.export({ type: "spki", format: "der" });
    const data =
      matchingType === 0
        ? selected
        : createHash(matchingType === 1 ? "sha256" : "sha512")
            .update(selected)
            .digest();
    return data.equals(rdata.subarray(3));
  });
}

function isUsable({ rdata }: { readonly rdata: Buffer }): boolean {
  const [usage = 0, selector = 2, matchingType = 3] = rdata;
  const length = [undefined, 32, 64][matchingType];
  return (
    (usage === 2 || usage === 3) &&
    selector <= 1 &&
    matchingType <= 2 &&
    (length === undefined || rdata.length === length + 3)
  );
}

/** Text of an address, of RDATA. */
function addressIn(type: string, rdata: Buffer): string {
  if (type === "A") return [...rdata].join(".");
  const groups = Array.from({ length: 8 }, (_, index) => rdata.readUInt16BE(2 * index).toString(16));
  return groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::");
}

export function fakeSender(
  { internet, resolver, addresses, alive, log }: FakeSurroundings,
  conduct: SenderConduct,
): FakeSender {
  const queue = new Map<string, MailToSubmit>();
  const sent = new Map<string, MailToSubmit>();
  let serial = 0;

  const lookUp = (name: string, type: string): FakeAnswer => {
    const answer = resolver()?.lookUp(name, type, "127.0.0.1");
    if (!answer || answer.rcode === "SERVFAIL")
      throw new Deferral(`Name service error for name=${name} type=${type}: Host not found, try again`);
    return answer;
  };

  const hopsOf = (domain: string): readonly Hop[] => {
    const mx = lookUp(`${domain}.`, "MX");
    const exchanges = mx.records.flatMap(({ type, rdata }) =>
      type === "MX" ? [{ preference: rdata.readUInt16BE(0), name: nameIn(rdata, 2) }] : [],
    );
    return exchanges
      .sort((a, b) => a.preference - b.preference)
      .map(({ name }) => {
        const found = [lookUp(name, "A"), lookUp(name, "AAAA")];
        return {
          host: name.replace(/\.$/, ""),
          addresses: found.flatMap(({ records }) =>
            records.flatMap(({ type, rdata }) => (type === "CNAME" ? [] : [addressIn(type, rdata)])),
          ),
          secure: mx.secure && found.every(({ secure }) => secure),
        };
      });
  };

  const policyFor = (hop: Hop, policy: string): { level: Level; tlsa: readonly Buffer[] } => {
    if (!policy.startsWith("dane") || conduct.dane === "empty-claim") return { level: "may", tlsa: [] };
    const found = hop.secure ? lookUp(`_25._tcp.${hop.host}.`, "TLSA") : undefined;
    const all = found?.secure ? found.records.filter(({ type }) => type === "TLSA") : [];
    const usable = all.filter(isUsable).map(({ rdata }) => rdata);
    if (usable.length > 0) return { level: "dane", tlsa: usable };
    if (policy === "dane-only")
      throw new Deferral(hop.secure ? `no TLSA records found for ${hop.host}` : "non DNSSEC destination");
    return { level: all.length > 0 ? "encrypt" : "may", tlsa: [] };
  };

  /** What is logged, and done, at one address. */
  const tryAddress = (id: string, mail: MailToSubmit, policy: string, hop: Hop, address: string): void => {
    const { level, tlsa } = policyFor(hop, policy);
    const there = internet.greet(address);
    const relay = `${hop.host}[${address}]:25`;
    if (!there) throw new Deferral(`connect to ${relay}: Connection refused`);
    const says = (text: string): void => say(mail, `postfix/${policy}/smtp[${serial}]: ${text}`);
    const remoteAddress = address.includes(":") ? addresses.ipv6 : addresses.ipv4;
    const tls = there.starttls;
    // RFC 7672 8.1
    const sni = tls && level === "dane" ? hop.host : null;
    const matched = tls && tlsa.some((rdata) => matches(rdata, there.chain(sni)));
    const refused =
      level !== "may" && !tls
        ? `TLS is required, but was not offered by host ${hop.host}[${address}]`
        : level === "dane" && !matched
          ? "Server certificate not verified"
          : null;
    const end = internet.converse({ address, remoteAddress, tls, sni, mail: refused ? null : mail });
    if (tls) {
      const verified = matched || (conduct.dane === "empty-claim" && policy.startsWith("dane"));
      says(
        `${verified ? "Verified" : "Untrusted"} TLS connection established to ${relay}: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)`,
      );
    }
    try {
      if (refused) throw new Deferral(refused, relay);
      says(
        `${id}: to=<${mail.to}>, relay=${relay}, delay=0.1, delays=0/0/0.1/0, dsn=2.0.0, status=sent (250 OK)`,
      );
      queue.delete(id);
      sent.set(id, mail);
    } finally {
      // The farm may report after the log.
      setImmediate(end);
    }
  };

  const deliver = (id: string, mail: MailToSubmit): void => {
    if (!alive()) return;
    serial++;
    const policy = /@([^.]+)\./.exec(mail.from)?.[1] ?? "";
    let last = new Deferral("no MX host");
    try {
      for (const hop of hopsOf(mail.to.replace(/^.*@/, ""))) {
        for (const address of hop.addresses) {
          try {
            tryAddress(id, mail, policy, hop, address);
            return;
          } catch (error) {
            if (!(error instanceof Deferral)) throw error;
            last = error;
          }
        }
      }
    } catch (error) {
      if (!(error instanceof Deferral)) throw error;
      last = error;
    }
    say(
      mail,
      `postfix/${policy}/smtp[${serial}]: ${id}: to=<${mail.to}>, relay=${last.relay}, delay=0.1, delays=0/0/0.1/0, dsn=4.7.5, status=deferred (${last.message})`,
    );
  };

  const say = ({ to }: MailToSubmit, text: string): void => {
    if (conduct.logs(to)) log(`Nov 24 12:00:00 sender ${text}`);
  };

  return {
    async submit(mails) {
      if (conduct.hangs && mails.length > 0) await new Promise(() => undefined);
      // A log goes on about a message after its verdict: here when the next ones come.
      for (const [id, mail] of sent) say(mail, `postfix/qmgr[17]: ${id}: removed`);
      sent.clear();
      return mails.map((mail) => {
        const id = `4F2A${(++serial).toString(16).toUpperCase().padStart(4, "0")}`;
        queue.set(id, mail);
        setImmediate(deliver, id, mail);
        return { reply: `250 2.0.0 Ok: queued as ${id}`, accepted: true };
      });
    },
    execute(command) {
      const words = command.join(" ");
      if (words === "postqueue -p")
        return [...queue.keys()].map((id) => `${id}     500 a message\n`).join("");
      for (const [, id = ""] of words.matchAll(/postqueue -i (\S+)/g)) {
        const mail = queue.get(id);
        if (mail) setImmediate(deliver, id, mail);
      }
      return "";
    },
  };
}
