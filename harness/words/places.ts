import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's own folder. */
export const home = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** As a package of another project, which keeps what it makes. */
export const isInstalled = home.split(sep).includes("node_modules");

/** Where runs go unless told. */
export const out = join(isInstalled ? process.cwd() : home, "reports", "out");
