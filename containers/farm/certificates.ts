import { constants, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
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

export interface TlsVersions {
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
}

export interface Credentials {
  readonly context: SecureContext;
  /** SHA-256 of the leaf, of the first where there are several: hexadecimal, lower case, no separators. */
  readonly fingerprint: string;
}

/** Contexts by what they are made of: made when first needed, 2 ms and 30 kB each. */
const made = new WeakMap<PemChain, Map<string, Credentials>>();

export function credentialsOf(certificate: PemChain, versions: TlsVersions): Credentials {
  const key = `${versions.minVersion} ${versions.maxVersion}`;
  const known = made.get(certificate)?.get(key);
  if (known !== undefined) return known;
  const credentials = {
    context: contextOf(certificate, versions),
    fingerprint: fingerprintOf(new X509Certificate(certificate.chain)),
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

function contextOf(certificate: PemChain, versions: TlsVersions): SecureContext {
  const all = [certificate, ...(certificate.further ?? [])];
  const options: SecureContextOptions = {
    ...versions,
    cert: all.map(({ chain }) => chain),
    // No trust anchors: nothing is verified here, and nothing may be added to the chain.
    ca: [],
    // A resumed session serves no certificate, so there would be nothing to witness.
    secureOptions: constants.SSL_OP_NO_TICKET,
    key: all.map(({ key }) => key),
  };
  return attempt(options, [
    [
      /key values mismatch/,
      (before) => ({ ...before, key: all.map(({ chain, key }) => disguise(key, chain)) }),
    ],
    // Weak keys and digests are what some scenarios are about.
    [/too small|too weak/, (before) => ({ ...before, ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` })],
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
