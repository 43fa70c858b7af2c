import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { PageData } from "./page/data.ts";
import { clientScript } from "./page/script.ts";
import { reportPage } from "./page.ts";
import { sample } from "./sample.ts";
import { commandFor } from "./shared/command.ts";
import { hostile, hostileResults } from "./test-results.ts";

const { results, evidence } = sample();
const page = reportPage(results, evidence);

/** The content of the elements that end where an HTML parser ends them: at the first "</name". */
function contentOf(document: string, name: string): readonly { tag: string; content: string }[] {
  const found = document.matchAll(new RegExp(`<${name}\\b([^>]*)>([\\s\\S]*?)</${name}`, "gi"));
  return [...found].map(([, tag = "", content = ""]) => ({ tag, content }));
}

/** What the page's script will read. */
function dataIn(document: string): PageData {
  const [data, ...more] = contentOf(document, "script").filter(({ tag }) => tag.includes('id="data"'));
  expect(more).toEqual([]);
  const { tag, content } = data!;
  if (tag.includes('type="application/json"')) return JSON.parse(content);
  expect(tag).toContain('type="text/plain"');
  return JSON.parse(gunzipSync(Buffer.from(content, "base64")).toString("utf8"));
}

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

test("nothing is fetched, and only what the page holds itself may run", () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.split("; ");
  const [style] = contentOf(page, "style");
  const run = contentOf(page, "script").filter(({ tag }) => tag.includes('type="module"'));
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
});

test("the script is one module that imports nothing", () => {
  const script = clientScript();
  expect(script).not.toMatch(/^\s*(import|export)\b/m);
  const names = [...script.matchAll(/^(?:async )?(?:function|const|let) (\w+)/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(new Set(names).size).toBe(names.length);
});

test("every trial but twins has one cell with verdict and outcome, and all that the panel needs is in the data", () => {
  const data = dataIn(page);
  expect(data.trials).toEqual(results.trials);
  expect(data.scenarios).toEqual(results.scenarios);
  const cells = [...page.matchAll(/<a class="cell v-(\w+)" href="#([^"]*)"[^>]*aria-label="([^"]*)"/g)];
  const shown = results.trials.filter(({ role, policy }) => role !== "twin" && policy !== "verify");
  expect(cells.map(([, verdict, id]) => [decodeURI(id!), verdict]).sort()).toEqual(
    shown.map(({ id, verdict }) => [id, verdict]).sort(),
  );
  for (const trial of results.trials) {
    expect(data.evidence[trial.id]).toEqual(evidence.get(trial.id));
    expect(data.commands[trial.id]).toBe(commandFor(trial));
  }
  expect(cells.map(([, , , label]) => label)).toContain(
    "ee-expired, exim@4.98 with bind@9.20, dane: fail, deferred",
  );
  expect(cells.map(([, , , label]) => label)).toContain(
    "atk-strip-starttls, exim@4.98 with bind@9.20, may: pass, control: mail lost",
  );
});

test("a trial without evidence still has its cell", () => {
  const bare = reportPage(results, new Map());
  expect(dataIn(bare).evidence).toEqual({});
  expect(bare.match(/class="cell /g)?.length).toBe(page.match(/class="cell /g)?.length);
});

test.for(["plain", "compressed"])("what programs logged cannot leave the data: %s", (form) => {
  const small = hostileResults();
  const samples = sample({ only: "base-311" }).evidence;
  const lines = [hostile, "<!--<script>", "\u2028]]></style>", "</SCRIPT >"];
  const filling = form === "compressed" ? ["x".repeat(2_000_000)] : [];
  const logged = new Map(
    [...samples].map(([id, one]) => [id, { ...one, log: [...lines, ...filling], errors: [hostile] }]),
  );
  const written = reportPage(small, logged);
  // Were one line taken for markup, there would be more scripts, or the data would not parse.
  expect(contentOf(written, "script")).toHaveLength(2);
  expect(written.match(/<script/gi)).toHaveLength(2);
  expect(written).not.toContain("<!--");
  const [first] = samples.keys();
  expect(dataIn(written).evidence[first!]?.log.slice(0, lines.length)).toEqual(lines);
  expect(contentOf(written, "script")[0]!.tag).toContain(
    form === "plain" ? "application/json" : "text/plain",
  );
  expect(written.length).toBeLessThan(1_000_000);
});

test("what programs logged is text in the page itself too", () => {
  const written = reportPage(hostileResults(), new Map());
  expect(written).toContain("&lt;/script&gt;&lt;script&gt;alert(&quot;owned&quot;)");
});
