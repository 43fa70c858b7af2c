import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { home } from "../words/places.ts";

/**
 * A driver outside of the repository: that of Postfix as "mine", written against danelab's public modules, with what the
 * test changes. Modules are loaded once for each path: every folder must be a new one.
 */
export async function copyPostfix(
  folder: string,
  change: (driver: string) => string = (text) => text,
  divergences = "export const divergences: readonly Divergence[] = [];",
): Promise<string> {
  await cp(join(home, "containers/sender/postfix"), folder, { recursive: true });
  for (const name of ["driver.ts", "log.ts"]) {
    const file = join(folder, name);
    const text = (await readFile(file, "utf8"))
      .replace('name: "postfix"', 'name: "mine"')
      .replaceAll(/"(\.\.\/)+harness\/[^"]+"/g, '"danelab/driver"');
    await writeFile(file, name === "driver.ts" ? change(text) : text);
  }
  const known = `import type { Divergence } from "danelab/driver";\n${divergences}\n`;
  await writeFile(join(folder, "divergences.ts"), known);
  return folder;
}
