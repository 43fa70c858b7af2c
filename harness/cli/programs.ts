import { withImages } from "../lab/given-images.ts";
import { loadRegistry, type Registry } from "../lab/registry.ts";
import type { Arguments, OptionSpec } from "./options.ts";

/** The options that add programs to those of danelab, or replace them. */
export const programOptions = {
  image: {
    value: "NAME[@LABEL]=IMAGE",
    many: true,
    help: "run this image of a known program, as NAME@LABEL; LABEL is the image's tag unless told",
  },
  driver: {
    value: "DIR",
    many: true,
    help: "run the program whose driver is in this folder (the driver contract: CONTRIBUTING.md)",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The programs that there are, with those that the user brought. */
export async function loadPrograms(args: Arguments): Promise<Registry> {
  return withImages(await loadRegistry(args.values("driver")), args.values("image"));
}
