import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { FarmAttacker, FarmHost, Session } from "../../harness/model/farm.ts";
import { attackers } from "./attackers.ts";
import { behaviours } from "./behaviours.ts";
import { certificateFor } from "./certificates.ts";
import { Edge } from "./edge.ts";
import { createLink } from "./link.ts";
import type { SessionOpening } from "./recorder.ts";
import { dialogue, genuineServer } from "./upstreams.ts";

/** Who hears of sessions. */
export interface SessionReports {
  opened(session: SessionOpening): void;
  closed(session: Session): void;
  fault(message: string): void;
}

export interface Addresses {
  readonly localAddress: string;
  readonly remoteAddress: string;
}

/** Serves a client of the host: with the attacker in front of it, if it has one. */
export function openSession(
  client: Socket,
  host: FarmHost,
  addresses: Addresses,
  reports: SessionReports,
): void {
  if (host.attacker === null) receive(client, host, addresses, reports);
  else attack(client, host, host.attacker, addresses, reports);
}

function receive(client: Socket, host: FarmHost, addresses: Addresses, reports: SessionReports): void {
  new Edge({
    client,
    opening: announce(host, "receiver", addresses, reports),
    policy: behaviours[host.behaviour],
    upstream: dialogue({ name: host.name, ...addresses }),
    certificateFor: (serverName) => certificateFor(host, serverName),
    onClose: reports.closed,
    onFault: reports.fault,
  });
}

function attack(
  client: Socket,
  host: FarmHost,
  attacker: FarmAttacker,
  addresses: Addresses,
  reports: SessionReports,
): void {
  new Edge({
    client,
    opening: announce(host, "attacker", addresses, reports),
    policy: attackers[attacker.does],
    upstream: genuineServer(() => {
      const [near, far] = createLink();
      receive(far, host, addresses, reports);
      return near;
    }),
    certificateFor: () => (attacker.does === "intercept" ? attacker.certificate : host.certificate),
    onClose: reports.closed,
    onFault: reports.fault,
  });
}

function announce(
  host: FarmHost,
  witness: Session["witness"],
  { localAddress, remoteAddress }: Addresses,
  reports: SessionReports,
): SessionOpening {
  const opening = {
    id: randomUUID(),
    domain: host.domain,
    host: host.name,
    witness,
    localAddress,
    remoteAddress,
  };
  reports.opened(opening);
  return opening;
}
