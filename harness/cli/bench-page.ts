import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { reportPage } from "../../reports/page.ts";
import { largeSample, type Sample, sample } from "../../reports/sample.ts";
import { launchBrowser } from "./browser.ts";

/** The report of a large run against that of a small one: what readers wait for should not grow with it. */

const rounds = 7;

interface Measured {
  /** Milliseconds each. */
  readonly load: readonly number[];
  readonly filter: readonly number[];
  readonly scroll: readonly number[];
  readonly open: readonly number[];
  /** Bytes. */
  readonly size: number;
}

/** Runs in the page: until what an action changes is on the screen. */
const painted = "await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))";

const actions = {
  filter: `const text = document.getElementById("text"); text.value = text.value === "ee" ? "base" : "ee";
    text.dispatchEvent(new Event("input", { bubbles: true }));`,
  scroll: "scrollTo(0, scrollY === 0 ? 1500 : 0);",
  open: `document.querySelector("a.cell").click();
    while (document.getElementById("page").hidden) await new Promise((done) => setTimeout(done, 1));`,
} as const;

async function measure(browser: Browser, file: string, { results, evidence }: Sample): Promise<Measured> {
  const html = reportPage(results, evidence);
  await writeFile(file, html);
  const taken: Record<"load" | keyof typeof actions, number[]> = {
    load: [],
    filter: [],
    scroll: [],
    open: [],
  };
  for (let round = 0; round < rounds; round++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const begin = performance.now();
    await page.goto(pathToFileURL(file).href);
    await page.locator("a.cell").first().waitFor();
    taken.load.push(performance.now() - begin);
    for (const name of ["filter", "scroll", "open"] as const) {
      const ms = await page.evaluate<number>(
        `(async () => { const begin = performance.now(); ${actions[name]} ${painted}; return performance.now() - begin; })()`,
      );
      taken[name].push(ms);
    }
    await page.close();
  }
  return { ...taken, size: Buffer.byteLength(html) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export async function benchPage(progress: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "danelab-bench-"));
  const browser = await launchBrowser(progress);
  try {
    const small = await measure(browser, join(folder, "small.html"), sample());
    const large = await measure(browser, join(folder, "large.html"), largeSample());
    console.log("(c) the report's page in a browser: 500 scenarios on 20 stacks against 80 on 2");
    for (const name of ["load", "filter", "scroll", "open"] as const) {
      const [few, many] = [median(small[name]), median(large[name])];
      console.log(
        `    ${name.padEnd(8)}${many.toFixed(0).padStart(6)} ms against ${few.toFixed(0)} ms, ratio ${(many / few).toFixed(1)}`,
      );
    }
    const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
    console.log(`    size    ${megabytes(large.size).padStart(6)} MB against ${megabytes(small.size)} MB`);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}
