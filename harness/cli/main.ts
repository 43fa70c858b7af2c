import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { home, isInstalled } from "../words/places.ts";

// A completion in a shell has no time to compile danelab anew. In a folder of one's own: what lies there is run.
enableCompileCache(join(home, isInstalled ? ".." : "node_modules", ".cache", "danelab"));
const { commandLine } = await import("./command-line.ts");

process.exitCode = await commandLine(process.argv.slice(2));
