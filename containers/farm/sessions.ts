import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { FarmAttacker, FarmHost, Session } from "../../harness/model/farm.ts";
import { attackerPolicy } from "./attackers.ts";
import { policyOf } from "./behaviours.ts";
import { certificateFor } from "./certificates.ts";
import { Edge } from "./edge.ts";
import { createLink } from "./link.ts";
import { Recorder, type SessionOpening } from "./recorder.ts";
import { dialogue, genuineServer } from "./upstreams.ts";
import { realServer, wire } from "./wire.ts";

/** Who hears of sessions. */
export interface SessionReports {
  opened(session: SessionOpening): void;
  /** `passedFrom`: behind it is a real server, see FarmEvent. */
  closed(session: Session, passedFrom?: string): void;
  /** A line of TLS secrets of a session with this contact. */
  key(contact: Contact, line: string): void;
  fault(message: string): void;
}

export interface Contact {
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** How many sessions the host had before. */
  readonly number: number;
}

/** Serves a client of the host: with the attacker in front of it, if it has one. */
export function openSession(client: Socket, host: FarmHost, contact: Contact, reports: SessionReports): void {
  if (host.attacker === null) receive(client, host, contact, reports);
  else if (host.attacker.does === "divert") receive(client, { ...host, hostile: true }, contact, reports);
  else attack(client, host, host.attacker, contact, reports);
}

function receive(client: Socket, host: FarmHost, contact: Contact, reports: SessionReports): void {
  const real =
    host.passesTo === undefined || host.hostile
      ? undefined
      : realServer(host.passesTo, (message) => reports.fault(`${host.name}: ${message}`));
  new Edge({
    client,
    opening: announce(host, host.hostile ? "attacker" : "receiver", contact, reports),
    policy: real ? wire : policyOf(host.behaviour, contact.number),
    upstream: real ?? dialogue({ name: host.name, ...contact }),
    certificateFor: (serverName) => certificateFor(host, serverName),
    onAnother: reports.opened,
    onClose: (session) => reports.closed(session, real?.seenAs()),
    onKey: (line) => reports.key(contact, line),
    onFault: reports.fault,
  });
}

function attack(
  client: Socket,
  host: FarmHost,
  attacker: FarmAttacker,
  contact: Contact,
  reports: SessionReports,
): void {
  const policy = attackerPolicy(attacker, contact.number);
  const opening = announce(host, "attacker", contact, reports);
  if (policy === null) {
    block(client, opening, reports);
    return;
  }
  const { after220 } = policy;
  const tunnels = typeof after220 === "object" && "tunnel" in after220;
  new Edge({
    client,
    opening,
    policy,
    upstream:
      attacker.does === "intercept" && attacker.alone
        ? dialogue({ name: host.name, ...contact })
        : genuineServer(() => {
            const [near, far] = createLink();
            // What passes between the two is on no wire, unless it is the client's own TLS.
            receive(far, host, contact, tunnels ? reports : { ...reports, key: () => undefined });
            return near;
          }),
    certificateFor: () => (attacker.does === "intercept" ? attacker.certificate : host.certificate),
    onAnother: reports.opened,
    onClose: reports.closed,
    onKey: (line) => reports.key(contact, line),
    onFault: reports.fault,
  });
}

/** The connection is cut before a word was said. */
function block(client: Socket, opening: SessionOpening, reports: SessionReports): void {
  const recorder = new Recorder(opening, reports);
  recorder.note("connection reset");
  client.once("close", () => {
    const session = recorder.finish();
    if (session !== null) reports.closed(session);
  });
  client.resetAndDestroy();
}

function announce(
  host: FarmHost,
  witness: Session["witness"],
  { localAddress, remoteAddress }: Contact,
  reports: SessionReports,
): SessionOpening {
  const opening = {
    id: randomUUID(),
    domain: host.domain,
    host: host.name,
    port: host.port,
    witness,
    localAddress,
    remoteAddress,
  };
  reports.opened(opening);
  return opening;
}
