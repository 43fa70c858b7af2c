/** DNS over TCP: two octets of length before each message (RFC 1035 section 4.2.2). */

export function frame(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Cuts a stream of octets into messages. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that the chunk completes. */
  push(chunk: Buffer): Buffer[] {
    const octets = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    let at = 0;
    while (octets.length >= at + 2) {
      const end = at + 2 + octets.readUInt16BE(at);
      if (octets.length < end) break;
      messages.push(octets.subarray(at + 2, end));
      at = end;
    }
    this.#rest = octets.subarray(at);
    return messages;
  }
}
