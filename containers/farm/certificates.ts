import { constants, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext, type SecureVersion } from "node:tls";
import type { FarmHost, PemChain } from "../../harness/model/farm.ts";
import { HarnessError, messageOf } from "../../harness/words/errors.ts";

export interface TlsVersions {
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
}

export interface Credentials {
  readonly context: SecureContext;
  /** SHA-256 of the leaf: hexadecimal, lower case, no separators. */
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
    fingerprint: new X509Certificate(certificate.chain).fingerprint256.replaceAll(":", "").toLowerCase(),
  };
  made.set(certificate, (made.get(certificate) ?? new Map<string, Credentials>()).set(key, credentials));
  return credentials;
}

/** The certificate that the host has for a server name, as the client wrote it. */
export function certificateFor(host: FarmHost, serverName: string | null): PemChain {
  const name = serverName?.toLowerCase().replace(/\.$/, "") ?? "";
  return (Object.hasOwn(host.sni, name) ? host.sni[name] : undefined) ?? host.certificate;
}

function contextOf({ chain, key }: PemChain, versions: TlsVersions): SecureContext {
  const options = {
    ...versions,
    cert: chain,
    // No trust anchors: nothing is verified here, and nothing may be added to the chain.
    ca: [],
    // A resumed session serves no certificate, so there would be nothing to witness.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  try {
    return createSecureContext({ ...options, key });
  } catch (thrown) {
    if (!messageOf(thrown).includes("key values mismatch")) throw thrown;
    return createSecureContext({ ...options, key: disguise(key, chain) });
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
