import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/** Style sheets, in the order in which they stand in the page. */
const sheets = ["base", "first", "filter", "matrix", "trial", "sequence", "pages", "narrow", "print"];

export function pageStyle(): string {
  return sheets
    .map((name) => readFileSync(new URL(`./style/${name}.css`, import.meta.url), "utf8"))
    .join("\n");
}

/** The page's script, with all it imports, as one: a page that opens from disk cannot import files. */
export function pageScript(): string {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL("./browser/main.ts", import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    // "</script" in a string would end the element: esbuild writes "<\/script".
    platform: "browser",
    format: "iife",
    target: "es2023",
    charset: "utf8",
    logLevel: "silent",
    tsconfigRaw: {},
  });
  return outputFiles[0]?.text ?? "";
}
