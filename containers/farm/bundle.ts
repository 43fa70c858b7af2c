import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { HarnessError } from "../../harness/words/errors.ts";

/** The farm's program as one CommonJS file for the Node 20 of Debian trixie, with all it imports. */
export async function bundleFarm(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("main.ts", import.meta.url))],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "silent",
  });
  const code = outputFiles[0]?.text;
  if (code === undefined) throw new HarnessError("esbuild made no bundle of containers/farm/main.ts");
  return code;
}
