import type { TlsState } from "../../harness/model/farm.ts";
import { extensionsOf, Reader, supportedVersionsExtension } from "./client-hello.ts";
import { recordTypes } from "./tls-records.ts";

/**
 * What a server chose, read from its first record, which is in clear in every version (RFC 5246 section 7.4.1.3, RFC 8446
 * section 4.1.3). A HelloRetryRequest chooses no less: it is a ServerHello, and the next one keeps to it (4.1.4).
 */

const serverHelloMessage = 2;
const recordHeader = 5;
const messageHeader = 4;

const versions: ReadonlyMap<number, string> = new Map([
  [0x0301, "TLSv1"],
  [0x0302, "TLSv1.1"],
  [0x0303, "TLSv1.2"],
  [0x0304, "TLSv1.3"],
]);

/** Those that programs still choose (IANA's registry "TLS Cipher Suites"). */
const suites: ReadonlyMap<number, string> = new Map([
  [0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"],
  [0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"],
  [0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"],
  [0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"],
  [0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"],
  [0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"],
  [0x1301, "TLS_AES_128_GCM_SHA256"],
  [0x1302, "TLS_AES_256_GCM_SHA384"],
  [0x1303, "TLS_CHACHA20_POLY1305_SHA256"],
  [0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"],
  [0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"],
  [0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"],
  [0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"],
  [0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
  [0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
  [0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
  [0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
  [0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"],
  [0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"],
]);

const hex = (number: number): string => `0x${number.toString(16).padStart(4, "0")}`;

/** What is not known by name is told by number: "0xc0ac". null: the record, header included, begins with no ServerHello. */
export function readServerHello(record: Buffer): TlsState | null {
  if (record[0] !== recordTypes.handshake || record[recordHeader] !== serverHelloMessage) return null;
  try {
    const hello = new Reader(record.subarray(recordHeader + messageHeader));
    const legacyVersion = hello.number(2);
    hello.take(32); // random
    hello.vector(1); // session id
    const suite = hello.number(2);
    hello.number(1); // compression method
    const extensions = hello.done ? undefined : extensionsOf(new Reader(hello.vector(2)));
    const version = extensions?.get(supportedVersionsExtension)?.readUInt16BE(0) ?? legacyVersion;
    return { version: versions.get(version) ?? hex(version), cipher: suites.get(suite) ?? hex(suite) };
  } catch (error) {
    // It ends within a field.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
