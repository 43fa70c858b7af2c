import type { ServerNews } from "../lab/driver.ts";
import type { Lab } from "../lab/lab.ts";
import { transcriptOf } from "../lab/server-sessions.ts";
import type { ProbeEvidence, ProbeRecord, ProbeTrial } from "../model/probe.ts";
import { readCertificate } from "../tlsa/certificate.ts";
import { checkRecords } from "../tlsa/check.ts";
import { rdataText, type TlsaRecord } from "../tlsa/records.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { harnessClient } from "../words/loopback.ts";
import { until } from "../words/until.ts";
import type { World } from "../world/world.ts";

/** Real servers are tried in a lab that is up: danelab's own client stands where the farm's wire does. */

export interface ProbeRun {
  /** What the log of a real server tells. */
  news(news: ServerNews): void;
  /** All of them; those of one server one after the other. */
  carryOut(lab: Lab, world: World, signal: AbortSignal): Promise<void>;
}

export function probeRun(trials: readonly ProbeTrial[], give: (evidence: ProbeEvidence) => void): ProbeRun {
  const told = new Map<string, ServerNews[]>();

  /** What the server logged of the session; where it does not tell the end in time, what there is. */
  const logOf = async (client: string, signal: AbortSignal): Promise<readonly string[]> => {
    const known = (): readonly ServerNews[] => told.get(client) ?? [];
    await until(async () => (known().some(({ is }) => is === "closed") ? true : undefined), {
      ms: durations.stop,
      waitedFor: `the end of the session of ${client} in the server's log`,
      signal,
    }).catch(() => undefined);
    return known().flatMap(transcriptOf);
  };

  const carryOutOne = async (
    { id, domain, scenario: { way } }: ProbeTrial,
    lab: Lab,
    world: World,
    signal: AbortSignal,
  ): Promise<ProbeEvidence> => {
    const host = world.hosts.find((one) => one.domain === domain);
    const nothing = { trial: id, host: host?.name ?? "", records: [], matched: [], record: null, log: [] };
    try {
      signal.throwIfAborted();
      if (host?.passesTo === undefined) throw new HarnessError(`no real server stands at ${domain}`);
      const { rdata } = world.recordsOf({ name: `_25._tcp.${host.name}.`, type: "TLSA" });
      const records = (rdata ?? []).map(recordFrom);
      const record = await lab.farm.probe({
        server: "127.0.0.1",
        source: harnessClient(host.passesTo),
        port: host.passesTo,
        way,
        name: host.name,
        mail: {
          from: "probe@danelab.example",
          to: `probe@${host.name}`,
          content: `From: <probe@danelab.example>\r\nX-Danelab-Canary: probe\r\n\r\nA probe.`,
        },
      });
      return {
        ...nothing,
        records: records.map(rdataText),
        matched: matchedBy(record, records, host.name),
        record,
        log: await logOf(record.client, signal),
        errors: [],
      };
    } catch (error) {
      return { ...nothing, errors: [messageOf(error)] };
    }
  };

  return {
    news(news) {
      told.set(news.client, [...(told.get(news.client) ?? []), news]);
    },
    async carryOut(lab, world, signal) {
      const possible = trials.filter(({ unsupported }) => unsupported === null);
      const byReceiver = Map.groupBy(possible, ({ receiver: { name, version } }) => `${name}@${version}`);
      await Promise.all(
        [...byReceiver.values()].map(async (own) => {
          for (const trial of own) give(await carryOutOne(trial, lab, world, signal));
        }),
      );
    },
  };
}

function recordFrom(hex: string): TlsaRecord {
  const [usage = 0, selector = 0, matchingType = 0, ...data] = Buffer.from(hex, "hex");
  return { usage, selector, matchingType, data: Buffer.from(data) };
}

/** As a sender with DANE would look at what the server showed. */
function matchedBy({ tls }: ProbeRecord, records: readonly TlsaRecord[], host: string): readonly string[] {
  if (!tls) return [];
  const certificates = tls.chain.map((der) => readCertificate(Buffer.from(der, "base64")));
  const { findings } = checkRecords(records, { certificates, keys: [] }, { names: [host], now: new Date() });
  return findings.flatMap(({ verdict, because }) => (verdict === "match" ? [because.join("; ")] : []));
}
