import { registerHooks } from "node:module";

let resolves = false;

/**
 * From now on files anywhere on the disk may import danelab's public modules (package.json, "exports") by their names. Those in
 * TypeScript are ES modules also where the project around them says "commonjs", which is what npm init writes.
 */
export function resolveOwnModules(): void {
  if (resolves) return;
  resolves = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith("danelab/")
        ? next(specifier, { ...context, parentURL: import.meta.url })
        : next(specifier, context),
    load: (url, context, next) =>
      next(
        url,
        context.format === "commonjs-typescript" ? { ...context, format: "module-typescript" } : context,
      ),
  });
}
