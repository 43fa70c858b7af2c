import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fakeEngine } from "../lab/engine-fake.ts";
import type { Results } from "../model/results.ts";
import { evidencePath } from "../run/pipeline.ts";
import { scenariosNamed, stackWith, testRun } from "../run/test-run.ts";
import { createOutput } from "./output.ts";

/** A run on the engine in memory, stored as danelab run stores it. */
export async function storeRun(folder: string, dane: "conforming" | "empty-claim"): Promise<Results> {
  const { plan, results, sni, evidence } = await testRun(
    fakeEngine({ sender: () => ({ dane }) }),
    await scenariosNamed("base-311", "base-wrong", "base-no-tlsa"),
    { stacks: [stackWith("unbound")], policies: ["dane", "may"] },
  );
  const output = await createOutput(folder);
  await output.savePlan(plan, sni);
  for (const one of evidence.values()) {
    const file = join(folder, evidencePath(one.trial));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(one));
  }
  await writeFile(join(folder, "results.json"), JSON.stringify(results));
  return results;
}
