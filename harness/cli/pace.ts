import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { latestRun } from "./stored.ts";

const paced = z.object({
  run: z.object({ start: z.string(), end: z.string(), interrupted: z.boolean() }),
  trials: z.array(z.object({ ms: z.number() })),
});

/** How long a run of so many trials will take, by the last run; null: there was none, or none of about that size. */
export async function expectedMs(trials: number, folder = latestRun): Promise<number | null> {
  const text = await readFile(join(folder, "results.json"), "utf8").catch(() => null);
  if (text === null) return null;
  const last = paced.safeParse(JSON.parse(text));
  if (!last.success || last.data.run.interrupted) return null;
  const { run, trials: then } = last.data;
  // A run takes some seconds however few its trials are: only near its size is it in proportion.
  if (then.length > trials * 2 || then.length * 2 < trials) return null;
  return ((Date.parse(run.end) - Date.parse(run.start)) * trials) / then.length;
}
