import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { readFirstFlight, withoutVersion } from "./client-hello.ts";
import type { Recorder } from "./recorder.ts";
import { readServerHello } from "./server-hello.ts";
import { RecordSplitter, recordTypes } from "./tls-records.ts";

/**
 * TLS between the client and the genuine server as an attacker without keys finds it: records go through (RFC 8446
 * section 5.1), and one of them is struck, by its place alone.
 */
export interface Tampering {
  readonly of: "client" | "server";
  readonly type: keyof typeof recordTypes;
  /** Which record of that type, from 1 on. */
  readonly number: number;
  /**
   * reset, close: the connection ends in place of the record; alter: a bit of it is flipped; rollback: TLS 1.3 is taken
   * out of the versions that a ClientHello offers.
   */
  readonly does: "reset" | "close" | "alter" | "rollback";
}

export interface TunnelEnds {
  readonly client: Socket;
  readonly upstream: Duplex;
  readonly recorder: Recorder;
  /** null: all goes through as it is. */
  readonly tampering: Tampering | null;
}

/** Tampers with nothing. */
const nowhere: Tampering = { of: "client", type: "handshake", number: 0, does: "alter" };

export function openTunnel({ client, upstream, recorder, tampering }: TunnelEnds): void {
  const { of, type, number, does } = tampering ?? nowhere;
  const where = `at ${type} record ${number} of the ${of}`;
  let met = 0;
  let answered = false;
  let hello = Buffer.alloc(0);

  const cut = (): void => {
    recorder.tlsFailed(`the connection was ${does === "reset" ? "reset" : "closed"} ${where}`);
    // What went through before arrives.
    upstream.end(() => (does === "reset" ? client.resetAndDestroy() : client.end()));
  };
  const changed = (record: Buffer): Buffer => {
    recorder.tlsFailed(`${does === "alter" ? "a bit was flipped" : "TLS 1.3 was taken out"} ${where}`);
    return does === "alter" ? altered(record) : withoutVersion(record, tls13);
  };
  /** null: nothing of what comes is passed on any more. */
  const struck = (side: Tampering["of"], record: Buffer): Buffer | null => {
    if (side !== of || record[0] !== recordTypes[type]) return record;
    met += 1;
    if (met < number) return record;
    if (does !== "reset" && does !== "close") return met === number ? changed(record) : record;
    if (met === number) cut();
    return null;
  };
  const readAnswer = (record: Buffer): void => {
    const chosen = answered ? null : readServerHello(record);
    answered = true;
    if (chosen !== null) recorder.serverHello(chosen);
  };
  const pass = (side: Tampering["of"], from: Duplex, to: Duplex): void => {
    const splitter = new RecordSplitter();
    from.on("data", (chunk: Buffer) => {
      for (const record of splitter.push(chunk)) {
        if (side === "server") readAnswer(record);
        const passed = struck(side, record);
        if (passed !== null && to.writable) to.write(passed);
      }
    });
    from.on("end", () => {
      const rest = splitter.takeRest();
      if (rest.length > 0 && to.writable) to.write(rest);
      to.end();
    });
    from.resume();
  };

  const readHello = (chunk: Buffer): void => {
    hello = Buffer.concat([hello, chunk]);
    const flight = readFirstFlight(hello);
    if (flight.is === "incomplete") return;
    client.off("data", readHello);
    if (flight.is === "client-hello") recorder.clientHello(flight.serverName);
  };
  // As in the relay.
  client.allowHalfOpen = true;
  client.on("data", readHello);
  upstream.once("close", () => client.end());
  pass("client", client, upstream);
  pass("server", upstream, client);
}

const tls13 = 0x0304;
const recordHeader = 5;
/** Within the random of a ServerHello: type, length and version come before it. */
const inRandom = recordHeader + 1 + 3 + 2 + 10;

/** One bit flipped: in the random of a hello, in the authentication tag of what is encrypted. */
function altered(record: Buffer): Buffer {
  const copy = Buffer.from(record);
  const at = record[0] === recordTypes.handshake ? Math.min(inRandom, record.length - 1) : record.length - 1;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
