import type { CaptureOrder } from "./packets.ts";
import type { ProbeOrder } from "./probe.ts";
import type { AnswerAction, ListeningBehaviour, PathAttack } from "./scenario.ts";

/** What the farm is told and what it reports: JSON lines on one stream, in both directions. */

export interface PemChain {
  /** PEM, leaf first: the certificate_list of the handshake. */
  readonly chain: string;
  readonly key: string;
  /** Of other key types, loaded along with it: the client's signature algorithms decide which is served. */
  readonly further?: readonly PemChain[];
}

export type FarmAttacker =
  | { readonly does: PathAttack }
  | {
      readonly does: "intercept";
      readonly certificate: PemChain;
      readonly as: ListeningBehaviour;
      /** It has no genuine server behind it. */
      readonly alone?: true;
    };

/** One MX host: a recording receiver on addresses of its own, an attacker in front of it if the scenario asks for one. */
export interface FarmHost {
  /** Key of the recipient domain, as in Session.domain. */
  readonly domain: string;
  /** FQDN without the final dot; the name in banner and EHLO reply. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** Where it listens; nothing listens at its other ports. */
  readonly port: number;
  readonly behaviour: ListeningBehaviour;
  readonly certificate: PemChain;
  /** By server name (lower case, no final dot); any other name, or none, gets `certificate`. */
  readonly sni: Readonly<Record<string, PemChain>>;
  readonly attacker: FarmAttacker | null;
  /** The port on loopback of the real server that sessions are passed on to; without it the farm's own serves them. */
  readonly passesTo?: number;
  /** The server is the attacker's own: it witnesses as such. */
  readonly hostile: boolean;
}

export interface SmtpCommand {
  /** As sent, without CRLF; the lines of the message itself are not commands. */
  readonly line: string;
  readonly tls: boolean;
}

export interface TlsState {
  /** "TLSv1.3" */
  readonly version: string;
  /** Standard name, "TLS_AES_256_GCM_SHA384" */
  readonly cipher: string;
}

/**
 * One TCP session as its server end saw it, from accept to close, also when it died early. A connection that is kept for
 * another message is told in parts, one for each.
 */
export interface Session {
  /** Unique in the run. */
  readonly id: string;
  readonly domain: string;
  /** MX host FQDN, no final dot. */
  readonly host: string;
  readonly port: number;
  /** Who saw it: the genuine server or the attacker in front of it. Behind an attacker the genuine server sees it too. */
  readonly witness: "receiver" | "attacker";
  readonly localAddress: string;
  /** The sender's address; behind an attacker still the sender's, not the attacker's. */
  readonly remoteAddress: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly commands: readonly SmtpCommand[];
  /** null: TLS was not established. */
  readonly tls: TlsState | null;
  /** Of TLS that passed this witness unread: what the ServerHello chose, whatever came of it. */
  readonly negotiated?: TlsState;
  /** The connection was kept from the message before: this is the part of it that carried the next one. */
  readonly reused: boolean;
  /** An earlier session's keys were taken up again: no certificate was served. */
  readonly resumed: boolean;
  /** Whether the server asked for a client certificate and got one; null: it did not ask. */
  readonly clientCertificate: "asked" | "given" | null;
  /** What went wrong in the handshake, if it was begun and failed. */
  readonly tlsError: string | null;
  /** server_name of the ClientHello; null: none was sent, or no ClientHello came. */
  readonly sni: string | null;
  /** SHA-256 (hex) of the leaf certificate that was served. */
  readonly certificate: string | null;
  readonly mailFrom: string | null;
  readonly rcptTo: readonly string[];
  /** The message was accepted: 250 after the final dot. */
  readonly accepted: boolean;
  /** The canary of the message as this witness read it. */
  readonly canary: string | null;
  /** The canary crossed this witness's link in clear text. */
  readonly canaryInClear: boolean;
  /** The transcript in words: "S: 220 ...", "C: EHLO ...", "-- TLS established". At most 200 lines. */
  readonly transcript: readonly string[];
}

/** In a transcript: a real server's TLS passed the farm unread, its certificate unseen, and the server's log tells the rest. */
export const asServerLogged = "-- from here on as the server logged it";

/** A packet that a program of the lab addressed to somewhere outside the lab. */
export interface StrayPacket {
  readonly at: number;
  /** tcpdump's line. */
  readonly line: string;
}

export interface DnsQuestion {
  /** FQDN with final dot. */
  readonly name: string;
  readonly type:
    | "A"
    | "AAAA"
    | "MX"
    | "TLSA"
    | "CNAME"
    | "SOA"
    | "NS"
    | "DNSKEY"
    | "DS"
    | "TXT"
    | `TYPE${number}`;
}

/** The answer's message as it came, for decoding outside the farm; null with a reason where none came. */
export interface RawAnswer {
  /** Base64 of the DNS message. */
  readonly message: string | null;
  readonly error: string | null;
  readonly ms: number;
}

/** Of a server that relays for its users only: TLS from the start (RFC 8314 3.3), then AUTH PLAIN. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface MailToSubmit {
  readonly from: string;
  readonly to: string;
  /** Further recipients. */
  readonly also?: readonly string[];
  /** The message, headers and body, CRLF line ends, not dot-stuffed. */
  readonly content: string;
}

export interface Submitted {
  /** The server's last reply, e.g. "250 2.0.0 Ok: queued as 4F2A". */
  readonly reply: string;
  readonly accepted: boolean;
}

export interface RelayRecord {
  /** Number of the RR type. */
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Base64. */
  readonly rdata: string;
}

/** What the DNS relay does with some questions instead of passing them on. */
export interface RelayRule {
  /** FQDN with final dot, lower case: strikes this name only; without it every name in the zone. */
  readonly name?: string;
  /** Number of the RR type; without it every type. */
  readonly type?: number;
  /** records: the answer is what stands in `records`, at the name of the question. */
  readonly does: AnswerAction | "records";
  /** The question goes to this server (IPv4 address) instead of the zone's. */
  readonly forward?: string;
  readonly records?: readonly RelayRecord[];
  /** Strikes the first so many questions only. */
  readonly times?: number;
}

/**
 * A zone as the DNS relay serves it. A question is in the deepest zone that its name is in; one for DS at the zone's own
 * name is in the zone above (RFC 4035 3.1.4.1).
 */
export interface ForwardedZone {
  /** FQDN with final dot, lower case. */
  readonly origin: string;
  /** IPv4 address, port 53, of the server that its questions are passed to. */
  readonly forward: string;
  /** The first rule that strikes. */
  readonly rules: readonly RelayRule[];
}

/** A name server that only passes on what no rule strikes. */
export interface DnsRelay {
  /** IPv4 addresses, port 53; at least one. */
  readonly listen: readonly string[];
  /** Where questions go that are in none of the zones. */
  readonly forward: string;
  readonly zones: readonly ForwardedZone[];
}

/** Requests to the program in the farm's containers. Each is answered by an event "answer" with the same number. */
export type FarmRequest =
  /** Start receivers and attackers. Answer: null. */
  | { readonly op: "serve"; readonly hosts: readonly FarmHost[] }
  /** Stand at this address for a server outside the lab: see the event "outward". Answer: null once it listens. */
  | { readonly op: "stand-in"; readonly listen: string }
  /** What that server said to the message of this number, Base64; null: nothing. Answer: null. */
  | { readonly op: "outside-said"; readonly to: number; readonly message: string | null }
  /** Ask the server at `server`:53; wire forms are made by the caller. Answer: RawAnswer[]. */
  | {
      readonly op: "ask";
      readonly server: string;
      /** The address to ask from. */
      readonly source?: string;
      /** tcp: from the first; udp: that alone; without it UDP, and TCP after TC. */
      readonly over?: "tcp" | "udp";
      /** A question over UDP is not repeated where no answer comes. */
      readonly once?: true;
      /** Base64 of DNS messages. */
      readonly messages: readonly string[];
      readonly timeoutMs: number;
    }
  /** Start a DNS relay on an address. Answer: null once it listens. */
  | ({ readonly op: "relay-dns" } & DnsRelay)
  /** From now on the relay that listens there serves these zones so; others stay. Answer: null. */
  | { readonly op: "forward-dns"; readonly listen: string; readonly zones: readonly ForwardedZone[] }
  /** Hand messages in by SMTP, or with a login by submission over TLS, over `sessions` concurrent sessions. Answer: Submitted[], in order. */
  | {
      readonly op: "submit";
      readonly server: string;
      readonly port: number;
      /** The address that the sessions come from. */
      readonly source?: string;
      readonly login?: Login;
      readonly sessions: number;
      readonly mails: readonly MailToSubmit[];
    }
  /** Try a server in one way. Answer: ProbeRecord. */
  | ({ readonly op: "probe" } & ProbeOrder)
  /** Count packets to outside of these networks. Answer: null once it listens. */
  | { readonly op: "guard"; readonly inside: readonly string[] }
  /** Keep the packets of trials from now on. Answer: null once they are seen. */
  | ({ readonly op: "capture" } & CaptureOrder)
  /**
   * The capture file of one trial: pcapng with its packets and TLS secrets, compressed by gzip. With the first no more
   * packets are kept of any. Answer: base64 of the file.
   */
  | { readonly op: "packets"; readonly trial: string }
  /** Sends one UDP packet to the address, for tests of the guard. Answer: null. */
  | { readonly op: "stray"; readonly address: string };

export type FarmEvent =
  | { readonly event: "ready"; readonly node: string }
  | { readonly event: "answer"; readonly number: number; readonly value: unknown; readonly error?: string }
  /** A session was opened; its record follows at its end. */
  | { readonly event: "opened"; readonly id: string; readonly domain: string; readonly remoteAddress: string }
  | {
      readonly event: "session";
      readonly session: Session;
      /** The client's address and port as the real server behind it saw them, which knows the rest: "127.0.0.1:40000". */
      readonly passedFrom?: string;
    }
  | { readonly event: "stray"; readonly packet: StrayPacket }
  /** A DNS message, Base64, for the server outside the lab that the program stands in for. */
  | {
      readonly event: "outward";
      readonly number: number;
      /** The address that it came from. */
      readonly client: string;
      readonly over: "udp" | "tcp";
      readonly message: string;
    }
  /** Something of the farm's own broke; the run cannot be trusted. */
  | { readonly event: "fault"; readonly message: string };
