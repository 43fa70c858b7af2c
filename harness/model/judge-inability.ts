import type { Judged } from "./judge-trial.ts";
import type { Unsupported } from "./plan.ts";

/**
 * A trial that its sender cannot do, as its driver says. That a sender has no DANE is not taken on its driver's word: a
 * sender that does DANE asks for TLSA records, and the resolver's log tells.
 */
export function judgeInability(
  { trial, lacks, reason }: Unsupported,
  judged: readonly Judged[],
): Pick<Judged, "verdict" | "reasons"> {
  if (lacks !== "DANE") return { verdict: "unsupported", reasons: [reason] };
  const told = judged.flatMap((other) => {
    const { questions, steps } = other.evidence;
    const all = [questions, ...steps.map((step) => step.questions)].filter((one) => one !== null);
    return other.trial.stack === trial.stack && all.length > 0
      ? [{ id: other.trial.id, all: all.flat() }]
      : [];
  });
  const asking = told.find(({ all }) => all.some(({ type }) => type === "TLSA"));
  if (asking) {
    return {
      verdict: "error",
      reasons: [`${reason}, says its driver, but it asked for TLSA records in ${asking.id}`],
    };
  }
  const confirmation =
    told.length > 0
      ? `it asked for no TLSA record in ${told.length} trials`
      : "nothing in this run confirms it: no trial tells which questions it asked";
  return { verdict: "unsupported", reasons: [reason, confirmation] };
}
