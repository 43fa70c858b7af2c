import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's own folder. */
export const home = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
