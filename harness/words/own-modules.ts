import { registerHooks } from "node:module";

let resolves = false;

/** From now on files anywhere on the disk may import danelab's public modules (package.json, "exports") by their names. */
export function resolveOwnModules(): void {
  if (resolves) return;
  resolves = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith("danelab/")
        ? next(specifier, { ...context, parentURL: import.meta.url })
        : next(specifier, context),
  });
}
