#!/usr/bin/env node
// The command of the installed package. Node strips types only outside of node_modules: here this does it for danelab's files.
import { readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

const oldest = 24;
if (Number.parseInt(process.versions.node, 10) < oldest) {
  console.error(
    `danelab: needs Node ${oldest} or later, and this is ${process.version}. npx danelab, in a project that has danelab installed, brings its own.`,
  );
  process.exit(2);
}

const home = new URL("../../", import.meta.url).href;

/** Only that this function of Node is new goes unsaid. */
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).startsWith("stripTypeScriptTypes ")) emitWarning.call(process, warning, ...rest);
};

nodeModule.registerHooks({
  load(url, context, next) {
    if (!url.startsWith(home) || !url.endsWith(".ts")) return next(url, context);
    const source = nodeModule.stripTypeScriptTypes(readFileSync(fileURLToPath(url), "utf8"));
    return { format: "module", source, shortCircuit: true };
  },
});

await import("./main.ts");
