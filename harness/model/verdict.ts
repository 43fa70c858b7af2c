import { authorityModes } from "./authority.ts";
import { lookupOutcomes } from "./lookup.ts";
import { type ProbeOutcome, probeOutcomes } from "./probe.ts";
import { outcomes, type Policy, policies } from "./scenario.ts";
import { type VerificationOutcome, verificationOutcomes } from "./verification.ts";

/** The words of results, apart from their schema: the report's page needs them in a browser. */

/** What a probe has besides the words of a verification. */
const ofProbesAlone = probeOutcomes.filter(
  (one): one is Exclude<ProbeOutcome, VerificationOutcome> => one === "accepted" || one === "declined",
);
/** Of every kind of trial. */
export const allOutcomes = [
  ...outcomes,
  ...lookupOutcomes,
  ...verificationOutcomes,
  ...ofProbesAlone,
] as const;
/** Trials without mail have no policy: their kind stands where mail has one. */
export const allPolicies = [...policies, "lookup", "verification", "probe", ...authorityModes] as const;

export function isMailPolicy(policy: (typeof allPolicies)[number]): policy is Policy {
  return policies.some((one) => one === policy);
}

/** Else nothing is sent. */
export function isMail(policy: (typeof allPolicies)[number]): policy is Policy {
  return policies.some((one) => one === policy);
}

export const verdicts = [
  "pass",
  "fail",
  "warn",
  "info",
  "known",
  "unsupported",
  "inconclusive",
  "error",
] as const;
export type Verdict = (typeof verdicts)[number];
