import { mkdtemp, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { home } from "../words/places.ts";

/** A folder for what a test file's runs write. It ends with the tests, and reports/out/latest is again what it was. */
export async function folderForRuns(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `danelab-${name}-`));
  const latest = join(home, "reports", "out", "latest");
  const latestBefore = await readlink(latest).catch(() => undefined);
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await rm(latest, { force: true });
    if (latestBefore !== undefined) await symlink(latestBefore, latest);
  });
  return folder;
}
