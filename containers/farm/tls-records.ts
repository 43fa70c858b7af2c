import { randomBytes } from "node:crypto";

/** TLS records that the farm makes by itself, where OpenSSL would not (RFC 8446 sections 5.1 and 6, RFC 6101). */

/** RFC 8446 section 6, RFC 6066 section 3, RFC 7507 section 2. */
export const alerts = {
  close_notify: 0,
  unexpected_message: 10,
  handshake_failure: 40,
  access_denied: 49,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  missing_extension: 109,
  unrecognized_name: 112,
} as const;
export type AlertName = keyof typeof alerts;

const alertRecord = 21;
export const recordTypes = { handshake: 22, "application-data": 23 } as const;
const recordHeader = 5;
const serverHelloMessage = 2;
/** The high octet of every version from SSL 3.0 to TLS 1.2. */
const major = 3;

/** An alert record in clear. */
export function alert(level: "warning" | "fatal", name: AlertName): Buffer {
  return Buffer.from([alertRecord, major, 3, 0, 2, level === "fatal" ? 2 : 1, alerts[name]]);
}

/** What a peer's alert record in clear says, if the bytes begin with one: "fatal 70". */
export function readAlert(bytes: Buffer): string | null {
  const [type, version, , , length, level, description] = bytes;
  if (type !== alertRecord || version !== major || length !== 2 || description === undefined) return null;
  return `${level === 2 ? "fatal" : "warning"} ${description}`;
}

/** RFC 6101 section 5.6.1.3, RFC 5246 section 7.4.1.3: a ServerHello without extensions. */
export function serverHello(version: "SSLv3" | "TLSv1.2", suite: number): Buffer {
  const minor = version === "SSLv3" ? 0 : 3;
  const body = Buffer.concat([
    Buffer.from([major, minor]),
    randomBytes(32),
    // No session id, the suite, no compression.
    Buffer.from([0, suite >> 8, suite & 255, 0]),
  ]);
  const message = Buffer.concat([Buffer.from([serverHelloMessage, 0, 0, body.length]), body]);
  return Buffer.concat([Buffer.from([recordTypes.handshake, major, minor, 0, message.length]), message]);
}

/** Cuts a stream of bytes into records, their headers included. */
export class RecordSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The records that the chunk completes. */
  push(chunk: Buffer): Buffer[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const records: Buffer[] = [];
    let start = 0;
    while (bytes.length >= start + recordHeader) {
      const end = start + recordHeader + bytes.readUInt16BE(start + 3);
      if (bytes.length < end) break;
      records.push(bytes.subarray(start, end));
      start = end;
    }
    this.#rest = bytes.subarray(start);
    return records;
  }

  /** What came after the last record. */
  takeRest(): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }
}
