import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { shortened } from "./page/shortened.ts";
import {
  readResults,
  resultsBlock,
  type StoredResults,
  type StoredTrials,
  trialsBlock,
} from "./page/stored.ts";
import { reportPage } from "./page.ts";
import { sample } from "./sample.ts";
import { hostile, hostileResults } from "./test-results.ts";

const { results, evidence } = sample();
const page = reportPage(results, evidence);

/** The content of the elements that end where an HTML parser ends them: at the first "</name". */
function contentOf(document: string, name: string): readonly { tag: string; content: string }[] {
  const found = document.matchAll(new RegExp(`<${name}\\b([^>]*)>([\\s\\S]*?)</${name}`, "gi"));
  return [...found].map(([, tag = "", content = ""]) => ({ tag, content }));
}

function blockIn(document: string, id: string) {
  const [block, ...more] = contentOf(document, "script").filter(({ tag }) => tag.includes(`id="${id}"`));
  expect(more).toEqual([]);
  expect(block!.tag).toContain('type="text/plain"');
  return JSON.parse(gunzipSync(Buffer.from(block!.content, "base64")).toString("utf8"));
}

function trialsIn(document: string, scenario: string): StoredTrials {
  const stored: StoredResults = blockIn(document, resultsBlock);
  const place = stored.scenarios.findIndex(({ id }) => id === scenario);
  return blockIn(document, trialsBlock(stored.blocks[place]!))[scenario];
}

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

test("nothing is fetched, and only what the page holds itself may run", () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.split("; ");
  const [style] = contentOf(page, "style");
  const run = contentOf(page, "script").filter(({ tag }) => !tag.includes('type="text/plain"'));
  expect(run).toHaveLength(1);
  expect(policy).toEqual([
    "default-src 'none'",
    `style-src ${hashOf(style!.content)}`,
    `script-src ${hashOf(run[0]!.content)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  // Outside of the data there is no address to load from, and no handler or style in an attribute.
  const shell = page.replace(/<script\b[\s\S]*?<\/script>/g, "").replace(/<style>[\s\S]*?<\/style>/g, "");
  expect(shell).not.toMatch(/<(img|link|iframe|object|embed|base|form [^>]*action)\b/);
  expect(shell).not.toMatch(/\s(src|srcset|on\w+|style)=/);
  expect(style!.content).not.toMatch(/url\(|@import/);
  expect(run[0]!.content).not.toMatch(/\bimport\b\s*[({"]|\bfetch\(|XMLHttpRequest/);
});

test("the first screen tells what was tested, and what was found", () => {
  const [head] = contentOf(page, "main");
  expect(head!.content).toContain("Of 496 trials, 3 failed");
  expect(head!.content).toContain("2026-11-24 08:18 UTC");
  for (const { package: installed } of results.run.programs)
    expect(head!.content).toContain(installed.split(" ")[1]);
});

test("the results come back as they were, and so does the evidence of each trial", () => {
  expect(readResults(blockIn(page, resultsBlock))).toEqual(results);
  for (const { id } of results.scenarios) {
    const own = results.trials.filter(({ scenario }) => scenario === id);
    const stored = trialsIn(page, id);
    expect(Object.keys(stored.evidence).sort()).toEqual(own.map((trial) => trial.id).sort());
    for (const trial of own) expect(stored.evidence[trial.id]).toEqual(shortened(evidence.get(trial.id)));
  }
});

test("trials without evidence have a block all the same", () => {
  const bare = reportPage(results, new Map());
  expect(readResults(blockIn(bare, resultsBlock))).toEqual(results);
  expect(trialsIn(bare, "base-311").evidence).toEqual({});
});

test("what programs logged cannot leave the data", () => {
  const samples = sample({ only: "base-311" }).evidence;
  const lines = [hostile, "<!--<script>", "\u2028]]></style>", "</SCRIPT >"];
  const logged = new Map([...samples].map(([id, one]) => [id, { ...one, log: lines, errors: [hostile] }]));
  const written = reportPage(hostileResults(), logged);
  // Were one line taken for markup, there would be more scripts, or the data would not parse.
  expect(contentOf(written, "script")).toHaveLength(3);
  expect(written.match(/<script/gi)).toHaveLength(3);
  expect(written).not.toContain("<!--");
  const [first] = samples.keys();
  expect(trialsIn(written, "base-311").evidence[first!]).toMatchObject({ log: lines });
});

test("what programs logged is text in the page itself too", () => {
  const written = reportPage(hostileResults(), new Map());
  expect(written).toContain("&lt;/script&gt;&lt;script&gt;alert(&quot;owned&quot;)");
});

test("a page of a large run stays small: it leaves out evidence of what passed, twins first", () => {
  const large = sample({ only: "base" });
  const noise = (id: string) =>
    Array.from({ length: 1000 }, (_, line) => createHash("sha256").update(`${id} ${line}`).digest("hex"));
  const noisy = new Map([...large.evidence].map(([id, one]) => [id, { ...one, log: noise(id) }]));
  const written = reportPage(large.results, noisy);
  expect(written.length).toBeLessThan(5_000_000);
  const stored = new Set(
    large.results.scenarios.flatMap(({ id }) => Object.keys(trialsIn(written, id).evidence)),
  );
  const left = large.results.trials.filter(({ id }) => !stored.has(id));
  expect(left.length).toBeGreaterThan(0);
  expect(left.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  const keptTwins = large.results.trials.filter(({ id, role }) => role === "twin" && stored.has(id));
  expect(left.some(({ role }) => role !== "twin") && keptTwins.length > 0).toBe(false);
});
