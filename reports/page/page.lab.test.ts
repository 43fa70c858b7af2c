import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../../harness/cli/browser.ts";
import { reportPage } from "../page.ts";
import { largeSample, sample } from "../sample.ts";
import { matrixOf } from "../shared/matrix.ts";

/** The report's page in a real browser, from disk. */

const folder = await mkdtemp(join(tmpdir(), "danelab-page-"));
const small = pathToFileURL(join(folder, "index.html")).href;
const large = pathToFileURL(join(folder, "large.html")).href;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Milliseconds: what is not there by then does not come, however busy the machine is. */
const patient = { timeout: 120_000 };
/** The last row of the large run. */
let last = "";
let browser: Browser;
let page: Page;
let complaints: string[] = [];
let requests: string[] = [];

beforeAll(async () => {
  const [few, many] = [sample(), largeSample()];
  await writeFile(join(folder, "index.html"), reportPage(few.results, few.evidence));
  await writeFile(join(folder, "large.html"), reportPage(many.results, many.evidence));
  last = matrixOf(many.results).groups.at(-1)?.rows.at(-1)?.name ?? "";
  browser = await launchBrowser(console.log);
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  await page?.close();
  expect(complaints).toEqual([]);
  expect(requests.filter((url) => !url.startsWith("file:"))).toEqual([]);
});

async function open(address: string, size = { width: 1280, height: 800 }): Promise<void> {
  [complaints, requests] = [[], []];
  page = await browser.newPage({ viewport: size });
  page.setDefaultTimeout(patient.timeout);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(address);
  await ready(address);
}

/** Until what an address names is shown. */
async function ready(address: string): Promise<void> {
  const isMatrix = !/#\/\w/.test(address);
  const wanted = isMatrix ? "#overview:not([hidden]) a.cell" : "#page:not([hidden]) h1";
  await page.locator(wanted).first().waitFor();
}

/** In the page, whose world this file's types do not know. */
const evaluated = <Value>(expression: string): Promise<Value> => page.evaluate(expression);
const rowNames = () => page.locator("#cells th[scope=row] code").allTextContents();
const focused = () => evaluated<string>("document.activeElement?.getAttribute('href') ?? ''");
const fragment = () => evaluated<string>("decodeURI(location.hash)");

/** What axe-core finds wrong with the page as it stands. */
async function violations(): Promise<readonly string[]> {
  await evaluated(axe);
  const found = await evaluated<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
    "axe.run().then(({ violations }) => violations)",
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`),
  );
}

test("opens from disk, and tells at once what was tested and found", async () => {
  await open(small);
  expect(await page.locator("h1").textContent()).toContain("Of 496 trials, 3 failed");
  expect(await page.locator(".tested").textContent()).toContain("3.10.2-1+deb13u1");
  const cell = await page.locator("a.cell").first().boundingBox();
  expect(requests).toHaveLength(1);
  expect(cell?.y).toBeLessThan(800);
});

describe("filter", () => {
  test("words leave the rows that hold them, and the address keeps them", async () => {
    await open(small);
    await page.locator("#text").fill("ee-expired");
    expect(await rowNames()).toEqual(["ee-expired"]);
    await expect.poll(fragment, patient).toBe("#/?text=ee-expired");
    await page.reload();
    await page.locator("a.cell").first().waitFor();
    expect(await rowNames()).toEqual(["ee-expired"]);
    expect(await page.locator("#text").inputValue()).toBe("ee-expired");
    await page.locator("#clear").click();
    await expect.poll(async () => (await rowNames()).length, patient).toBeGreaterThan(10);
    await expect.poll(fragment, patient).toBe("#/");
  });

  test("group, requirement, level", async () => {
    await open(small);
    await page.locator("#requirement").selectOption("RFC 7672 3.1.1");
    const cited = await page.locator("#shown").textContent();
    expect(cited).toMatch(/^\d+ of \d+ rows$/);
    await page.locator("#group").selectOption("base");
    expect((await rowNames()).every((name) => name.startsWith("base-"))).toBe(true);
    await page.locator("#level").selectOption("should");
    expect(await page.locator("#none").isVisible()).toBe(true);
    await expect.poll(fragment, patient).toBe("#/?group=base&requirement=RFC+7672+3.1.1&level=should");
  });

  test("a verdict leaves the rows that have it, and dims their other cells", async () => {
    await open(small);
    await page.getByRole("button", { name: /fail/ }).click();
    const shown = () => page.locator("a.cell:not(.dim) b").allTextContents();
    await expect.poll(shown, patient).toEqual(["✗ fail", "✗ fail", "✗ fail"]);
    expect(await page.locator("a.cell.dim").count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: /warn/ }).click();
    await expect.poll(() => page.locator("a.cell:not(.dim)").count(), patient).toBe(5);
    expect(await violations()).toEqual([]);
    await expect.poll(fragment, patient).toBe("#/?verdict=fail,warn");
  });

  test("policies are switched", async () => {
    await open(small);
    expect(await page.locator("section.group").first().locator("th.policy").count()).toBe(6);
    await page.locator('[data-policy="may"]').click();
    await page.locator('[data-policy="dane-only"]').click();
    expect(await page.locator("section.group").first().locator("th.policy").allTextContents()).toEqual([
      "dane",
      "dane",
    ]);
    await expect.poll(fragment, patient).toBe("#/?policy=dane");
  });
});

describe("a trial", () => {
  test("opens from its cell, and one comes back to where one was", async () => {
    await open(`${small}#/?verdict=fail`);
    const cell = page.locator("a.cell:not(.dim)").nth(1);
    const href = await cell.getAttribute("href");
    await cell.click();
    await page.locator("#page .story").waitFor();
    expect(await page.title()).toContain("fail: ");
    expect(await fragment()).toBe(`${href}?verdict=fail`);
    await page.getByRole("link", { name: "Next ›" }).click();
    await expect.poll(fragment, patient).not.toContain(href!);
    await page.goBack();
    await page.getByRole("link", { name: "← Matrix" }).click();
    await page.locator("a.cell").first().waitFor();
    expect(await focused()).toBe(href);
    expect(await page.locator("#shown").textContent()).toMatch(/^2 of /);
    // The other row is below the window: what is only near it comes a little later.
    await expect.poll(rowNames, patient).toHaveLength(2);
  });

  test("holds the evidence that stood compressed in the page", async () => {
    await open(`${small}#/trial/atk-strip-starttls/exim@4.98+bind@9.20/may`);
    expect(await page.locator(".story").textContent()).toMatch(
      /STARTTLS was stripped.*the attacker read the message/,
    );
    expect(await page.locator(".sequence li").count()).toBeGreaterThan(10);
    await page.getByText("What the attacker saw").click();
    expect(await page.locator(".transcript").first().isVisible()).toBe(true);
    expect(await page.locator(".command code").textContent()).toContain("--sender exim@4.98");
  });

  test("an address that names nothing says so", async () => {
    await open(`${small}#/trial/nothing`);
    expect(await page.locator("#page h1").textContent()).toBe("There is no trial nothing in this run");
  });
});

test("keyboard: the matrix is one stop, arrows move, Enter opens, Escape comes back", async () => {
  await open(small);
  await page.keyboard.press("/");
  expect(await evaluated("document.activeElement?.id")).toBe("text");
  for (let presses = 0; presses < 30 && !(await focused()).startsWith("#/trial/"); presses++)
    await page.keyboard.press("Tab");
  const first = await focused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  const here = await focused();
  expect(here).not.toBe(first);
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  expect(await focused()).toBe(here);
  // Past the rows that were in the document at first.
  for (let row = 0; row < 60; row++) await page.keyboard.press("ArrowDown");
  const far = await focused();
  expect(far).toMatch(/^#\/trial\//);
  await page.keyboard.press("Enter");
  await page.locator("#page .story").waitFor();
  expect(await evaluated("document.activeElement?.tagName")).toBe("H1");
  await page.keyboard.press("Escape");
  await page.locator("#overview").waitFor();
  await expect.poll(focused, patient).toBe(far);
});

test("each row tells its place in the table of its group, however few of them are in the document", async () => {
  await open(large);
  const placed = await evaluated<{ all: number; heads: number; shown: number[] }[]>(
    `[...document.querySelectorAll("#cells table")].map((table) => {
      const shown = [...table.querySelectorAll("tbody tr:not(.gap)")].map((row) => Number(row.ariaRowIndex));
      return { all: Number(table.ariaRowCount), heads: table.tHead.rows.length, shown };
    })`,
  );
  expect(placed.length).toBeGreaterThan(0);
  for (const { all, heads, shown } of placed) {
    expect(shown).toEqual(shown.toSorted((a, b) => a - b));
    expect(shown.every((place) => place > heads && place <= all)).toBe(true);
  }
  const [top] = placed;
  expect(top?.shown[0]).toBe(top!.heads + 1);
  expect(top?.all).toBe(matrixOf(largeSample().results).groups[0]!.rows.length + top!.heads);
});

test("print: without what can only be clicked, with every row, and with what was closed", async () => {
  await open(small);
  await page.emulateMedia({ media: "print" });
  expect(await page.locator("#filter").isVisible()).toBe(false);
  await evaluated("dispatchEvent(new Event('beforeprint'))");
  expect((await rowNames()).length).toBe(81);
  expect((await page.pdf({ preferCSSPageSize: true })).length).toBeGreaterThan(20_000);
  await page.goto(`${small}#/trial/atk-strip-starttls/exim@4.98+bind@9.20/may`);
  await page.locator("#page .story").waitFor();
  await evaluated("dispatchEvent(new Event('beforeprint'))");
  expect(await page.locator(".transcript").first().isVisible()).toBe(true);
  expect(await page.locator("#page").isVisible()).toBe(true);
});

const looks = [
  "#/",
  "#/trial/atk-strip-starttls/exim@4.98+bind@9.20/dane",
  "#/trial/ee-expired/exim@4.98+bind@9.20/dane",
  "#/implementations",
  "#/implementation/exim@4.98",
  "#/requirements",
  "#/requirement/RFC%207672%203.1.1",
  "#/attacks",
  "#/attack/atk-strip-starttls",
  "#/limits",
];

describe.each(["light", "dark"] as const)("%s", (colorScheme) => {
  test.each(looks)("%s: axe-core finds nothing", async (hash) => {
    await open(`${small}${hash}`);
    await page.emulateMedia({ colorScheme });
    expect(await violations()).toEqual([]);
    const colour = await evaluated<string>("getComputedStyle(document.body).backgroundColor");
    const red = Number(/\d+/.exec(colour)?.[0]);
    expect(red < 128).toBe(colorScheme === "dark");
  });
});

// What holds the matrix is as wide as it, and so is the bar, whose content sticks to the window.
test.each(looks)("on a phone %s is no wider than the window, but for the matrix", async (hash) => {
  await open(`${small}${hash}`, { width: 390, height: 844 });
  const wide = await evaluated(`[...document.querySelectorAll("body *")]
    .filter((element) => !element.closest(".matrix, .bar, .wide, pre, .unseen"))
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && element.checkVisibility())
    .map((element) => element.tagName + "." + element.className)
    .filter((name) => !/^(DIV\\.|MAIN\\.|HEADER\\.top)$/.test(name))`);
  expect(wide).toEqual([]);
  if (hash === "#/") expect(await violations()).toEqual([]);
});

describe("500 scenarios on 20 stacks", () => {
  test("are filtered and scrolled, with few of them in the document", async () => {
    await open(large);
    expect(await page.locator("#shown").textContent()).toBe("501 rows");
    const inDocument = () => page.locator("#cells a.cell").count();
    expect(await inDocument()).toBeLessThan(2000);
    await evaluated("scrollTo(0, document.body.scrollHeight)");
    await expect.poll(rowNames, patient).toContain(last);
    expect(await inDocument()).toBeLessThan(2500);
    await page.locator("#text").fill("ee-expired-round-3");
    expect(await rowNames()).toEqual(["ee-expired-round-3"]);
    await page.locator("a.cell").nth(7).click();
    await page.locator("#page .story").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("a.cell").first().waitFor();
    expect(await rowNames()).toEqual(["ee-expired-round-3"]);
  });

  test("are a file of less than five megabytes", async () => {
    await open(large);
    expect((await readFile(join(folder, "large.html"))).length).toBeLessThan(5_000_000);
  });
});
