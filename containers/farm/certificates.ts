import { constants, createPrivateKey, createPublicKey, randomBytes, X509Certificate } from "node:crypto";
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  type SecureContext,
  type SecureContextOptions,
  type SecureVersion,
  type TLSSocket,
} from "node:tls";
import type { FarmHost, PemChain } from "../../harness/model/farm.ts";
import { HarnessError, messageOf } from "../../harness/words/errors.ts";

export interface TlsSettings {
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  /** OpenSSL's cipher list, of TLS 1.2 and below; its own unless told. */
  readonly ciphers?: string;
  /** OpenSSL's group list; its own unless told. */
  readonly groups?: string;
  /** No certificate at all, for cipher suites that need none. */
  readonly anonymous?: boolean;
  /** Sessions can be resumed by ticket. */
  readonly resumes?: boolean;
}

export interface Credentials {
  readonly context: SecureContext;
  /** SHA-256 of the leaf, of the first where there are several: hexadecimal, lower case, no separators; null: no leaf. */
  readonly fingerprint: string | null;
}

/** Sessions outlive the certificates of the server that began them, as those of real servers may. */
const ticketKeys = randomBytes(48);

/** Contexts by what they are made of: made when first needed, 2 ms and 30 kB each. */
const made = new WeakMap<PemChain, Map<string, Credentials>>();

export function credentialsOf(certificate: PemChain, settings: TlsSettings): Credentials {
  const key = JSON.stringify(settings);
  const known = made.get(certificate)?.get(key);
  if (known !== undefined) return known;
  const credentials = {
    context: contextOf(certificate, settings),
    fingerprint: settings.anonymous ? null : fingerprintOf(new X509Certificate(certificate.chain)),
  };
  made.set(certificate, (made.get(certificate) ?? new Map<string, Credentials>()).set(key, credentials));
  return credentials;
}

/** The certificate that the host has for a server name, as the client wrote it. */
export function certificateFor(host: FarmHost, serverName: string | null): PemChain {
  const name = serverName?.toLowerCase().replace(/\.$/, "") ?? "";
  return (Object.hasOwn(host.sni, name) ? host.sni[name] : undefined) ?? host.certificate;
}

/** Fingerprint of the certificate that the server chose for this client; null before it did. */
export function servedFingerprint(tls: TLSSocket): string | null {
  const leaf = tls.getX509Certificate();
  return leaf ? fingerprintOf(leaf) : null;
}

function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(":", "").toLowerCase();
}

function contextOf(certificate: PemChain, settings: TlsSettings): SecureContext {
  const { minVersion, maxVersion, ciphers, groups, anonymous, resumes } = settings;
  const all = anonymous ? [] : [certificate, ...(certificate.further ?? [])];
  const options: SecureContextOptions = {
    minVersion,
    maxVersion,
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(groups === undefined ? {} : { ecdhCurve: groups }),
    cert: all.map(({ chain }) => chain),
    // No trust anchors: nothing is verified here, and nothing may be added to the chain.
    ca: [],
    // A resumed session serves no certificate, so that there is nothing to witness.
    ...(resumes ? { ticketKeys } : { secureOptions: constants.SSL_OP_NO_TICKET }),
    // For anonymous Diffie-Hellman.
    ...(anonymous ? { dhparam: "auto" as const } : {}),
    key: all.map(({ key }) => key),
  };
  return attempt(options, [
    [
      /key values mismatch/,
      (before) => ({ ...before, key: all.map(({ chain, key }) => disguise(key, chain)) }),
    ],
    // Weak keys and digests are what some scenarios are about.
    [/too small|too weak/, (before) => ({ ...before, ciphers: `${ciphers ?? DEFAULT_CIPHERS}:@SECLEVEL=0` })],
  ]);
}

type Remedy = readonly [refusal: RegExp, remedy: (options: SecureContextOptions) => SecureContextOptions];

/** Each remedy is tried once, when OpenSSL refuses for its reason. */
function attempt(options: SecureContextOptions, remedies: readonly Remedy[]): SecureContext {
  try {
    return createSecureContext(options);
  } catch (thrown) {
    const message = messageOf(thrown);
    const found = remedies.find(([refusal]) => refusal.test(message));
    if (!found) throw thrown;
    return attempt(
      found[1](options),
      remedies.filter((one) => one !== found),
    );
  }
}

/**
 * OpenSSL refuses a private key that does not belong to the certificate. It compares public halves only: so the key
 * gets the certificate's, and signs wrongly, which is what a server that lost its key would do.
 */
function disguise(key: string, chain: string): string {
  const publicHalf = createPublicKey(chain).export({ format: "jwk" });
  if (publicHalf.kty !== "EC" && publicHalf.kty !== "RSA") {
    throw new HarnessError(
      `a ${publicHalf.crv ?? publicHalf.kty} certificate cannot be served with a key that is not its own; use an EC or RSA one`,
    );
  }
  const privateKey = createPrivateKey(key).export({ format: "jwk" });
  return createPrivateKey({ key: { ...privateKey, ...publicHalf }, format: "jwk" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();
}
