import type { Divergence } from "../../../harness/model/divergence.ts";

export const divergences: readonly Divergence[] = [];
