import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { UsageError } from "../words/errors.ts";
import { home, out } from "../words/places.ts";
import { launchBrowser } from "./browser.ts";
import { createProgress } from "./progress.ts";

/**
 * npm run screenshots [RUN]: what README shows of the report, from a run that took place (the latest unless told), in docs/.
 * CONTRIBUTING tells which run it takes.
 */

interface Shot {
  readonly file: string;
  /** The page, as it stands behind "#". */
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  readonly dark?: true;
}

const shots: readonly Shot[] = [
  { file: "report.png", hash: "/", width: 1280, height: 860 },
  {
    file: "report-trial.png",
    hash: "/trial/atk-mitm-selfsigned/postfix@3.10+unbound@1.26/dane",
    width: 1280,
    height: 1040,
    dark: true,
  },
  { file: "report-attack.png", hash: "/attack/atk-strip-starttls", width: 1280, height: 1000 },
];

async function take(
  browser: Browser,
  report: string,
  { file, hash, width, height, dark }: Shot,
): Promise<void> {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
  });
  await page.goto(`${pathToFileURL(report).href}#${hash}`);
  await page.locator("#overview:not([hidden]) a.cell, #page:not([hidden]) h1").first().waitFor();
  const missing = await page.getByText(/^There is no /).count();
  if (missing > 0) throw new UsageError(`${report} has no ${hash}: take the run that CONTRIBUTING tells`);
  await page.screenshot({ path: join(home, "docs", file) });
  await page.close();
}

const [run = join(out, "latest"), ...more] = process.argv.slice(2);
const report = resolve(run, "index.html");
const isThere = await access(report).then(
  () => true,
  () => false,
);
if (more.length > 0 || !isThere)
  throw new UsageError(`${report} is not there; wanted is the folder of a run`);
const progress = createProgress(process.stderr);
const browser = await launchBrowser(progress.note);
try {
  for (const shot of shots) await take(browser, report, shot);
} finally {
  await browser.close();
}
