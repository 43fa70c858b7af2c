import type { Results, TrialResult } from "../harness/model/results.ts";
import { sample } from "./sample.ts";

/** A log line that tries to break out of every kind of report. */
export const hostile =
  '</script><script>alert("owned")</script><!-- & `code` | **bold** @everyone ]]> \u001b[2J\u0000\u202etxt.exe';

export function withRun(results: Results, change: Partial<Results["run"]>): Results {
  return { ...results, run: { ...results.run, ...change } };
}

/** A small run in which one trial's only reason is the hostile line. */
export function hostileResults(): Results {
  const { results } = sample({ only: "base-311" });
  const trials = results.trials.map(
    (trial): TrialResult =>
      trial.policy === "dane" && trial.role === "main"
        ? { ...trial, verdict: "fail", reasons: [hostile], claimed: hostile }
        : trial,
  );
  return { ...results, trials };
}
