/**
 * What a peer says first when it begins TLS. OpenSSL tells the server name only of handshakes that got far enough;
 * a record of failed ones needs it too, so it is read from the bytes (RFC 8446 sections 4.1.2 and 5.1, RFC 6066
 * section 3).
 */
export type FirstFlight =
  | { readonly is: "incomplete" }
  | ({ readonly is: "client-hello" } & ClientHello)
  | { readonly is: "not-tls" };

export interface ClientHello {
  readonly serverName: string | null;
  /** The numbers of its cipher suites, in its order. */
  readonly suites: readonly number[];
  /** Types of certificate that it takes from the server, in its order; none: it does not say (RFC 7250 section 3). */
  readonly serverCertificateTypes: readonly number[];
}

export const rawPublicKey = 2;

const handshakeRecord = 22;
const clientHello = 1;
const serverNameExtension = 0;
const serverCertificateTypeExtension = 20;
export const supportedVersionsExtension = 43;
/** RFC 8701: a version that nobody speaks. */
const noVersion = 0x7a7a;
const hostName = 0;
/** RFC 8446 section 5.1: the largest record of plaintext. */
const largestRecord = 16_384;
/** No ClientHello needs more; a peer that sends more is not waited for. */
const largestHello = 65_536;

export function readFirstFlight(bytes: Buffer): FirstFlight {
  const handshake = joinRecords(bytes);
  if (handshake === null) return { is: "not-tls" };
  if (handshake.length > 0 && handshake[0] !== clientHello) return { is: "not-tls" };
  if (handshake.length < 4) return { is: "incomplete" };
  const length = handshake.readUIntBE(1, 3);
  if (length > largestHello) return { is: "not-tls" };
  if (handshake.length < 4 + length) return { is: "incomplete" };
  try {
    return { is: "client-hello", ...readHello(new Reader(handshake.subarray(4, 4 + length))) };
  } catch {
    return { is: "not-tls" };
  }
}

/** A record that holds a ClientHello, the version in supported_versions (RFC 8446 section 4.2.1) replaced by one that nobody speaks. */
export function withoutVersion(record: Buffer, version: number): Buffer {
  const copy = Buffer.from(record);
  const hello = new Reader(copy.subarray(5 + 4));
  takeUpToExtensions(hello);
  const versions = extensionsOf(new Reader(hello.vector(2))).get(supportedVersionsExtension);
  // Its list begins behind an octet that tells its length.
  for (let at = 1; versions !== undefined && at + 1 < versions.length; at += 2) {
    if (versions.readUInt16BE(at) === version) versions.writeUInt16BE(noVersion, at);
  }
  return copy;
}

/** The handshake bytes of all complete records; null: these are no handshake records. */
function joinRecords(bytes: Buffer): Buffer | null {
  const fragments: Buffer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    if (rest[0] !== handshakeRecord || (rest.length > 1 && rest[1] !== 3)) return null;
    if (rest.length < 5) break;
    const length = rest.readUInt16BE(3);
    if (length === 0 || length > largestRecord) return null;
    if (rest.length < 5 + length) break;
    fragments.push(rest.subarray(5, 5 + length));
    rest = rest.subarray(5 + length);
  }
  return Buffer.concat(fragments);
}

/** The cipher suites. */
function takeUpToExtensions(hello: Reader): Buffer {
  hello.take(2 + 32); // legacy_version, random
  hello.vector(1); // legacy_session_id
  const suites = hello.vector(2);
  hello.vector(1); // legacy_compression_methods
  return suites;
}

function readHello(hello: Reader): ClientHello {
  const suites = new Reader(takeUpToExtensions(hello)).numbers(2);
  const extensions = hello.done ? new Map<number, Buffer>() : extensionsOf(new Reader(hello.vector(2)));
  const types = extensions.get(serverCertificateTypeExtension);
  return {
    suites,
    serverName: serverNameOf(extensions.get(serverNameExtension)),
    serverCertificateTypes: types === undefined ? [] : [...new Reader(types).vector(1)],
  };
}

export function extensionsOf(list: Reader): ReadonlyMap<number, Buffer> {
  const extensions = new Map<number, Buffer>();
  while (!list.done) extensions.set(list.number(2), list.vector(2));
  return extensions;
}

function serverNameOf(extension: Buffer | undefined): string | null {
  if (extension === undefined) return null;
  const names = new Reader(new Reader(extension).vector(2));
  while (!names.done) {
    const nameType = names.number(1);
    const name = names.vector(2);
    if (nameType === hostName) return name.toString("latin1");
  }
  return null;
}

/** Reads fields in order; RangeError where the bytes end too early. */
export class Reader {
  #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#bytes.length === 0;
  }

  take(length: number): Buffer {
    if (this.#bytes.length < length) throw new RangeError("the hello ends within a field");
    const field = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return field;
  }

  number(octets: number): number {
    return this.take(octets).readUIntBE(0, octets);
  }

  /** All that is left, as numbers of that many octets. */
  numbers(octets: number): number[] {
    const all: number[] = [];
    while (!this.done) all.push(this.number(octets));
    return all;
  }

  /** A vector with its length in that many octets before it. */
  vector(octets: number): Buffer {
    return this.take(this.number(octets));
  }
}
