import type { Evidence } from "../../../harness/model/evidence.ts";
import type { LookupEvidence } from "../../../harness/model/lookup.ts";
import type { VerificationEvidence } from "../../../harness/model/verification.ts";

/** What the witnesses of a trial left, told apart by what stands in it. Of other kinds the page shows the document itself. */

export function asMail(evidence: unknown): Evidence | null {
  return holds(evidence, ["mail", "sessions", "attempts", "dns", "steps"]) ? (evidence as Evidence) : null;
}

export function asLookup(evidence: unknown): LookupEvidence | null {
  return holds(evidence, ["question", "answers", "expected"]) ? (evidence as LookupEvidence) : null;
}

export function asVerification(evidence: unknown): VerificationEvidence | null {
  return holds(evidence, ["host", "command", "claim", "sessions"])
    ? (evidence as VerificationEvidence)
    : null;
}

function holds(evidence: unknown, fields: readonly string[]): boolean {
  return typeof evidence === "object" && evidence !== null && fields.every((field) => field in evidence);
}
