import type { FarmHost, Session } from "../../harness/model/farm.ts";
import { until } from "../../harness/words/until.ts";
import { genuineCertificate } from "./fixtures.ts";
import { MxListener } from "./listener.ts";
import type { SessionOpening } from "./recorder.ts";

/** A listener on a free port with what it reported. */
export interface TestFarm {
  readonly port: number;
  readonly opened: readonly SessionOpening[];
  readonly keys: readonly {
    readonly localAddress: string;
    readonly remoteAddress: string;
    readonly line: string;
  }[];
  readonly faults: readonly string[];
  /** The record of this witness's session of that number, from 0 on, once it is closed. */
  session(witness?: Session["witness"], number?: number): Promise<Session>;
  /** Listens at what is this port to the hosts. Value: a free port. */
  listen(port: number): Promise<number>;
  /** Serves further hosts, or these anew. */
  serve(...hosts: readonly FarmHost[]): void;
  close(): void;
}

export function hostAt(address: string, difference: Partial<FarmHost> = {}): FarmHost {
  return {
    domain: "domain",
    name: "mx.domain.example",
    addresses: [address],
    port: 25,
    behaviour: "normal",
    certificate: genuineCertificate,
    sni: {},
    attacker: null,
    hostile: false,
    ...difference,
  };
}

export async function startFarm(...hosts: readonly FarmHost[]): Promise<TestFarm> {
  const opened: SessionOpening[] = [];
  const sessions: Session[] = [];
  const keys: TestFarm["keys"][number][] = [];
  const faults: string[] = [];
  const listener = new MxListener({
    opened: (session) => opened.push(session),
    closed: (session) => sessions.push(session),
    key: ({ localAddress, remoteAddress }, line) => keys.push({ localAddress, remoteAddress, line }),
    fault: (message) => faults.push(message),
  });
  listener.addHosts(hosts);
  const port = await listener.listen(25, 0);
  return {
    port,
    opened,
    keys,
    faults,
    session: (witness = "receiver", number = 0) =>
      until(() => sessions.filter((session) => session.witness === witness)[number], {
        ms: 5_000,
        waitedFor: `record ${number} of the ${witness}`,
        lastSeen: () => `${faults.join("; ")} ${JSON.stringify(sessions)}`,
      }),
    listen: (nominal) => listener.listen(nominal, 0),
    serve: (...further) => listener.addHosts(further),
    close: () => listener.close(),
  };
}
