import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { reportPage } from "../../reports/page.ts";
import { largeSample, type Sample, sample } from "../../reports/sample.ts";
import { launchBrowser } from "./browser.ts";

/** The report of a large run against that of a small one: what readers wait for should not grow with it. */

const rounds = 7;

/** Runs in the page: until what an action changes is on the screen. */
const painted = "await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))";
const until = (condition: string): string =>
  `while (!(${condition})) await new Promise((done) => setTimeout(done, 0));`;
const press = (chip: string): string => `document.querySelector("button.chip${chip}").click();`;
const type = (words: string): string =>
  `{ const text = document.getElementById("text"); text.value = "${words}"; text.dispatchEvent(new Event("input", { bubbles: true })); }`;
/** Until another page than before is shown. */
const turned = (script: string): string =>
  `{ const page = document.getElementById("page"); const before = page.firstElementChild; ${script}
    ${until("!page.hidden && page.firstElementChild !== before")} }`;
const go = (hash: string): string => turned(`location.hash = "${hash}";`);
const open = turned('document.querySelectorAll("a.cell")[10].click();');
const back = `location.hash = "#/"; ${until('document.getElementById("page").hidden')}`;

/** What a reader does, in this order. What has one name is one row of the table. */
const actions: readonly (readonly [name: string, script: string])[] = [
  ["open", open],
  ["back", back],
  ["policy", press("[data-policy=may]")],
  ["policy", press("[data-policy=dane-only]")],
  ["policy", press("[data-policy=may]")],
  ["policy", press("[data-policy=dane-only]")],
  ["verdict", press("[data-verdict=known]")],
  ["verdict", press("[data-verdict=known]")],
  ["verdict", press("[data-verdict=pass]")],
  ["verdict", press("[data-verdict=pass]")],
  ["filter", type("e")],
  ["filter", type("ee")],
  ["filter", type("e")],
  ["filter", type("")],
  ["scroll", "scrollBy(0, 700);"],
  ["scroll", "scrollBy(0, 700);"],
  ["scroll", "scrollTo(0, document.documentElement.scrollHeight);"],
  ["open", open],
  ["back", back],
  ["page", go("#/implementations")],
  ["page", turned('document.querySelector("#page td a").click();')],
  ["page", go("#/requirements")],
  ["page", go("#/requirement/RFC 7672")],
  ["page", go("#/attacks")],
  ["back", back],
];

/** Milliseconds each, by name. */
type Measured = ReadonlyMap<string, readonly number[]>;

async function measure(browser: Awaited<ReturnType<typeof launchBrowser>>, file: string): Promise<Measured> {
  const taken = new Map<string, number[]>([["load", []]]);
  const note = (name: string, ms: number): void => {
    taken.set(name, [...(taken.get(name) ?? []), ms]);
  };
  for (let round = 0; round < rounds; round++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const begin = performance.now();
    await page.goto(pathToFileURL(file).href);
    await page.locator("a.cell").first().waitFor();
    note("load", performance.now() - begin);
    for (const [name, script] of actions) {
      const ms = await page.evaluate<number>(
        `(async () => { const begin = performance.now(); ${script} ${painted}; return performance.now() - begin; })()`,
      );
      note(name, ms);
      // Readers look before they go on.
      await page.waitForTimeout(200);
    }
    await page.close();
  }
  return taken;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function told(measured: Measured, small: Measured | null): void {
  for (const [name, values] of measured) {
    const few = small?.get(name);
    const against = few
      ? `, against ${median(few).toFixed(0)}, ratio ${(median(values) / median(few)).toFixed(1)}`
      : "";
    console.log(
      `    ${name.padEnd(8)}${median(values).toFixed(0).padStart(6)} ms, at most ${Math.max(...values).toFixed(0)}${against}`,
    );
  }
}

async function megabytes(file: string): Promise<string> {
  return ((await stat(file)).size / 1e6).toFixed(1);
}

/** @param report the page of a run to measure, in place of runs that never took place */
export async function benchPage(progress: (line: string) => void, report?: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "danelab-bench-"));
  const browser = await launchBrowser(progress);
  const write = async (name: string, { results, evidence }: Sample): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, reportPage(results, evidence));
    return file;
  };
  try {
    if (report !== undefined) {
      console.log(`(c) ${report} in a browser`);
      told(await measure(browser, resolve(report)), null);
      console.log(`    size    ${(await megabytes(report)).padStart(6)} MB`);
      return;
    }
    const [small, large] = [await write("small.html", sample()), await write("large.html", largeSample())];
    console.log("(c) the report's page in a browser: 500 scenarios on 20 stacks against 80 on 2");
    told(await measure(browser, large), await measure(browser, small));
    console.log(
      `    size    ${(await megabytes(large)).padStart(6)} MB against ${await megabytes(small)} MB`,
    );
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}
