import type { Judged } from "./judge-trial.ts";
import type { Unsupported } from "./plan.ts";

/** What the resolver's log tells of a stack's sender. */
export interface QuestionsTold {
  /** Trials of which it tells. */
  readonly trials: number;
  /** The first trial in which the sender asked for TLSA records. */
  readonly asking: string | undefined;
}

/** `judged`: the trials of one stack. */
export function questionsTold(judged: readonly Judged[]): QuestionsTold {
  const told = judged.flatMap(({ trial, evidence: { questions, steps } }) => {
    const all = [questions, ...steps.map((step) => step.questions)].filter((one) => one !== null);
    return all.length > 0 ? [{ id: trial.id, all: all.flat() }] : [];
  });
  const asking = told.find(({ all }) => all.some(({ type }) => type === "TLSA"));
  return { trials: told.length, asking: asking?.id };
}

/**
 * A trial that its sender cannot do, as its driver says. That a sender has no DANE is not taken on its driver's word: a
 * sender that does DANE asks for TLSA records, and the resolver's log tells.
 */
export function judgeInability(
  { lacks, reason }: Unsupported,
  told: QuestionsTold,
): Pick<Judged, "verdict" | "reasons"> {
  if (lacks !== "DANE") return { verdict: "unsupported", reasons: [reason] };
  if (told.asking !== undefined) {
    return {
      verdict: "error",
      reasons: [`${reason}, says its driver, but it asked for TLSA records in ${told.asking}`],
    };
  }
  const confirmation =
    told.trials > 0
      ? `it asked for no TLSA record in ${told.trials} trials`
      : "nothing in this run confirms it: no trial tells which questions it asked";
  return { verdict: "unsupported", reasons: [reason, confirmation] };
}
