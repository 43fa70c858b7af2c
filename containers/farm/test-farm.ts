import type { FarmHost, Session } from "../../harness/model/farm.ts";
import { until } from "../../harness/words/until.ts";
import { genuineCertificate } from "./fixtures.ts";
import { MxListener } from "./listener.ts";
import type { SessionOpening } from "./recorder.ts";

/** A listener on a free port with what it reported. */
export interface TestFarm {
  readonly port: number;
  readonly opened: readonly SessionOpening[];
  readonly faults: readonly string[];
  /** The record of the only session of this witness, once it is closed. */
  session(witness?: Session["witness"]): Promise<Session>;
  close(): void;
}

export function hostAt(address: string, difference: Partial<FarmHost> = {}): FarmHost {
  return {
    domain: "domain",
    name: "mx.domain.example",
    addresses: [address],
    behaviour: "normal",
    certificate: genuineCertificate,
    sni: {},
    attacker: null,
    ...difference,
  };
}

export async function startFarm(...hosts: readonly FarmHost[]): Promise<TestFarm> {
  const opened: SessionOpening[] = [];
  const sessions: Session[] = [];
  const faults: string[] = [];
  const listener = new MxListener({
    opened: (session) => opened.push(session),
    closed: (session) => sessions.push(session),
    fault: (message) => faults.push(message),
  });
  listener.addHosts(hosts);
  const port = await listener.listen(0);
  return {
    port,
    opened,
    faults,
    session: (witness = "receiver") =>
      until(() => sessions.find((session) => session.witness === witness), {
        ms: 5_000,
        waitedFor: `the record of the ${witness}`,
        lastSeen: () => `${faults.join("; ")} ${JSON.stringify(sessions)}`,
      }),
    close: () => listener.close(),
  };
}
