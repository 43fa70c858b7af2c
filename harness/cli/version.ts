import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { home } from "../words/places.ts";

/** danelab's own version, from package.json. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(join(home, "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
