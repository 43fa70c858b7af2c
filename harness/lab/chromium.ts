import { access } from "node:fs/promises";
import { durations } from "../words/durations.ts";
import { HarnessError, UsageError } from "../words/errors.ts";
import { isDebian, runCommand } from "./host-command.ts";
import { lastLine, type Tell, telling } from "./progress.ts";

const installCommand = "apt-get update && apt-get install -y --no-install-recommends chromium";

async function installed(): Promise<string | undefined> {
  for (const path of ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/**
 * Path of this machine's Chromium, for those who work on the report's page. Where there is none, and we are root on Debian, it is
 * installed. UsageError: danelab may not do that; the text says what to type.
 */
export async function ensureChromium(progress: Tell): Promise<string> {
  const found = await installed();
  if (found) return found;
  const root = process.getuid?.() === 0;
  if (!root || !(await isDebian()))
    throw new UsageError(`no Chromium is installed; for example, as root on Debian:\n    ${installCommand}`);
  progress(`no Chromium here: installing Debian's (${installCommand})`);
  await telling(progress, "installing chromium", (step) =>
    runCommand("sh", ["-c", installCommand], durations.imageBuild, (text) => step(lastLine(text))),
  );
  const fresh = await installed();
  if (!fresh) throw new HarnessError("chromium was installed, but it is not there");
  return fresh;
}
