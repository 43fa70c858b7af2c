import { type Browser, chromium } from "playwright-core";
import { ensureChromium } from "../lab/chromium.ts";
import type { Tell } from "../lab/progress.ts";

/** Debian's Chromium, that addresses nothing but what it is told to open. The caller closes it. */
export async function launchBrowser(progress: Tell): Promise<Browser> {
  return chromium.launch({
    executablePath: await ensureChromium(progress),
    // Root has no sandbox, and a container no graphics.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-default-apps",
      "--no-first-run",
    ],
  });
}
