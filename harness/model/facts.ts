import type { PemChain } from "./farm.ts";
import type { Denial, Policy, SenderSetup, ZoneKeySpec } from "./scenario.ts";

/** What the world tells the programs of the lab. */

export interface FileToCopy {
  /** Absolute path in the container; parent folders are made. */
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode?: number;
}

/** Mail for a recipient domain that does not go by its MX. */
export interface SenderRoute {
  /** No final dot. */
  readonly recipient: string;
  readonly policy: Policy;
  readonly setup: SenderSetup;
  /** The host, or the domain whose MX records are looked up. No final dot. */
  readonly to: string;
  readonly mx: boolean;
  readonly port: number;
}

/** The fixed facts of one lab that programs are configured with. */
export interface LabFacts {
  /** FQDN of the sending host, no final dot. */
  readonly senderName: string;
  /** Master-file lines of the root's NS and address records. */
  readonly rootHints: string;
  /** Master-file line of the root's DNSKEY (KSK). */
  readonly trustAnchor: string;
  /** RDATA of the DS record of that key: key tag, algorithm, digest type, digest. */
  readonly trustAnchorDs: string;
  /** PEM of the CA certificates that the sender trusts. */
  readonly trustStore: string;
  readonly routes: readonly SenderRoute[];
}

/** An MX host as a real server is to serve it. */
export interface RealHost {
  /** FQDN, no final dot. */
  readonly name: string;
  /** The recipient domain whose mail it takes: FQDN, no final dot. */
  readonly recipient: string;
  /** On loopback. */
  readonly port: number;
  readonly certificate: PemChain;
  /** As in FarmHost. */
  readonly sni: Readonly<Record<string, PemChain>>;
}

/** A key that a name server is to sign a zone with. */
export interface SigningKey {
  readonly role: ZoneKeySpec["role"];
  /** DNSSEC algorithm number. */
  readonly algorithm: number;
  readonly tag: number;
  /** Base64, as in a DNSKEY record. */
  readonly publicKey: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

/** A zone to serve: origin with final dot and the path of its master file in the container. */
export interface ServedZone {
  readonly origin: string;
  readonly file: string;
  /** The file holds the zone unsigned, and the server signs it. Without it the file is served as it is. */
  readonly signing?: { readonly keys: readonly SigningKey[]; readonly denial: Denial };
  /** The secondary that may transfer the zone, and is told of changes (RFC 1996) unless `notify` is false. */
  readonly secondary?: string;
  readonly notify?: false;
}

/** A TSIG key (RFC 8945), HMAC-SHA256. */
export interface TransferKey {
  /** No final dot. */
  readonly name: string;
  /** Base64. */
  readonly secret: string;
}

/** A name server outside the lab, which has the recipient domains' zones by transfer. */
export interface OutsideServer {
  readonly address: string;
  /** Where it finds the hidden primary: an address and a port of this machine. */
  readonly primary: { readonly address: string; readonly port: number };
  readonly key: TransferKey;
}

/**
 * A validating resolver outside the lab. It forwards all questions to danelab, which has them answered by a resolver of the
 * lab that validates nothing.
 */
export interface OutsideResolver {
  readonly address: string;
  /** Where it sends its questions: an address and a port of this machine. */
  readonly upstream: { readonly address: string; readonly port: number };
  /** The root's key-signing key, algorithm 13, PKCS #8 in PEM. Without it the root has a new one. */
  readonly rootKey?: string;
}

/** A name server process: its addresses and zones. */
export interface ServerInstance {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly zones: readonly ServedZone[];
  /** Of all transfers, where there are any. */
  readonly transferKey?: TransferKey;
  /** It has its zones from the primary at this address, and no files. */
  readonly primary?: string;
}
