import { readFileSync } from "node:fs";

/** The script's modules, each after those that it imports from. */
const modules = ["elements", "data", "witnesses", "panel", "filter", "main"];

/**
 * The page's script as one module. A page that opens from disk cannot import files, so the modules are joined: they import
 * from each other only, and a name that two of them declare would be a syntax error.
 */
export function clientScript(): string {
  return modules
    .map((name) => readFileSync(new URL(`./client/${name}.js`, import.meta.url), "utf8"))
    .join("\n")
    .replace(/^import [^;]*;\n/gm, "")
    .replace(/^export /gm, "");
}
