import { cpus } from "node:os";
import type { Engine } from "../lab/engine.ts";
import type { StrayPacket } from "../model/farm.ts";
import type { ProgramResult, Results } from "../model/results.ts";
import { messageOf } from "../words/errors.ts";

/** What is known of a run before it starts, whatever the kind of its trials. */
export interface RunIdentity {
  /** What the results say of the programs. */
  readonly described: readonly ProgramResult[];
  readonly engine: Engine;
  readonly runId: string;
  readonly version: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

export interface RunCourse {
  readonly start: Date;
  readonly strays: readonly StrayPacket[];
  readonly staleDivergences: readonly string[];
  readonly errors: readonly string[];
  /** Milliseconds by phase. */
  readonly timings: Record<string, number>;
}

/** What a results document says of its run, which ends now. */
export async function runFacts(
  { described, engine, runId, version, options, signal }: RunIdentity,
  { start, strays, staleDivergences, errors, timings }: RunCourse,
): Promise<Results["run"]> {
  return {
    id: runId,
    danelab: version,
    start: start.toISOString(),
    end: new Date().toISOString(),
    host: {
      system: `${process.platform} ${process.arch}`,
      node: process.version,
      engine: await engine.describe().catch(messageOf),
      cores: cpus().length,
    },
    options: { ...options },
    programs: [...described],
    strayPackets: { count: strays.length, first: strays.slice(0, 20).map(({ line }) => line) },
    staleDivergences: [...staleDivergences],
    errors: [...new Set(errors)],
    interrupted: signal.aborted,
    timings,
  };
}
