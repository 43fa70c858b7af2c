import { createHash, randomUUID, X509Certificate } from "node:crypto";
import type { FileToCopy } from "../../model/facts.ts";
import type { FarmEvent, FarmHost, MailToSubmit, PemChain, Session } from "../../model/farm.ts";
import { HarnessError } from "../../words/errors.ts";

/** What a client finds at an MX address: whoever stands there, attacker or server. */
export interface Greeting {
  readonly host: string;
  readonly starttls: boolean;
  /** The chain that a handshake with this SNI shows. */
  chain(sni: string | null): readonly X509Certificate[];
}

/** What a client did there, for the servers to report. */
export interface Conversation {
  readonly address: string;
  readonly remoteAddress: string;
  readonly tls: boolean;
  readonly sni: string | null;
  /** null: no message was sent. */
  readonly mail: MailToSubmit | null;
}

/** The lab's network: MX hosts as the farm was told to serve them, zone files as the authority got them. */
export interface FakeInternet {
  readonly zoneFiles: FileToCopy[];
  serve(hosts: readonly FarmHost[], emit: (event: FarmEvent) => void): void;
  greet(address: string): Greeting | undefined;
  /** The servers report that the session was opened. The result reports its end. */
  converse(conversation: Conversation): () => void;
}

function certificatesOf({ chain }: PemChain): readonly X509Certificate[] {
  return [...chain.matchAll(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs)].map(
    ([pem]) => new X509Certificate(pem),
  );
}

/** Only what the tests of the pipeline need is played; to play anything else as if it were normal would be a lie. */
function checkPlayable({ name, behaviour, attacker }: FarmHost): void {
  const known = attacker === null || attacker.does === "strip-starttls" || attacker.does === "intercept";
  if (!known || (behaviour !== "normal" && behaviour !== "no-starttls"))
    throw new HarnessError(`the fake farm cannot play ${attacker?.does ?? behaviour} at ${name}`);
}

function chainOf({ attacker, certificate, sni: others }: FarmHost, sni: string | null): PemChain {
  return attacker?.does === "intercept" ? attacker.certificate : (others[sni ?? ""] ?? certificate);
}

export function fakeInternet(): FakeInternet {
  const served = new Map<string, { host: FarmHost; emit: (event: FarmEvent) => void }>();

  const sessionOf = (
    host: FarmHost,
    { address, remoteAddress, tls, sni, mail }: Conversation,
    witness: Session["witness"],
    shown: PemChain,
  ): Session => {
    const [leaf] = certificatesOf(shown);
    const canary = mail ? (/^X-Danelab-Canary: (\S+)/m.exec(mail.content)?.[1] ?? null) : null;
    return {
      id: randomUUID(),
      domain: host.domain,
      host: host.name,
      port: host.port,
      witness,
      localAddress: address,
      remoteAddress,
      start: Date.now(),
      end: Date.now(),
      commands: [],
      tls: tls ? { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" } : null,
      reused: false,
      resumed: false,
      clientCertificate: null,
      tlsError: null,
      sni,
      certificate: tls && leaf ? createHash("sha256").update(leaf.raw).digest("hex") : null,
      mailFrom: mail?.from ?? null,
      rcptTo: mail ? [mail.to] : [],
      accepted: mail !== null,
      canary,
      canaryInClear: canary !== null && !tls,
      transcript: [],
    };
  };

  return {
    zoneFiles: [],
    serve(hosts, emit) {
      for (const host of hosts) {
        checkPlayable(host);
        for (const address of host.addresses) served.set(address, { host, emit });
      }
    },
    greet(address) {
      const host = served.get(address)?.host;
      return (
        host && {
          host: host.name,
          starttls: host.behaviour === "normal" && host.attacker?.does !== "strip-starttls",
          chain: (sni) => certificatesOf(chainOf(host, sni)),
        }
      );
    },
    converse(conversation) {
      const there = served.get(conversation.address);
      if (!there) throw new HarnessError(`nobody serves ${conversation.address}`);
      const { host } = there;
      // Behind an attacker the genuine server sees the session too.
      const genuine = host.attacker ? host.certificate : chainOf(host, conversation.sni);
      const sessions = [
        ...(host.attacker
          ? [sessionOf(host, conversation, "attacker", chainOf(host, conversation.sni))]
          : []),
        sessionOf(host, conversation, "receiver", genuine),
      ];
      for (const { id, domain, remoteAddress } of sessions)
        there.emit({ event: "opened", id, domain, remoteAddress });
      return () => {
        for (const session of sessions) there.emit({ event: "session", session });
      };
    },
  };
}
