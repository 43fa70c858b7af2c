/**
 * All that a driver imports: the contract (CONTRIBUTING.md, "The driver contract") and the words it is written in. A driver
 * stands in a folder, here or anywhere, as `driver.ts` (its default export), `divergences.ts` and `Dockerfile`.
 */
export type {
  Driver,
  LogReader,
  ResolverDriver,
  SenderDriver,
  SenderVersion,
} from "./lab/driver.ts";
export type { ExecResult, RunningContainer } from "./lab/engine.ts";
export { runIn } from "./lab/run-in.ts";
export type { Divergence, Severity } from "./model/divergence.ts";
export type { ClaimedAttempt, Reason, SenderQuestion } from "./model/evidence.ts";
export type { FileToCopy, LabFacts, SenderRoute } from "./model/facts.ts";
export type { SenderFeature } from "./model/features.ts";
export {
  type Outcome,
  type Policy,
  type SenderPolicy,
  type SenderSetup,
  senderPolicies,
  senderSetups,
} from "./model/scenario.ts";
