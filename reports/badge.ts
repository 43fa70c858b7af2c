import type { Results, TrialResult } from "../harness/model/results.ts";
import { html } from "./page/html.ts";
import { countVerdicts } from "./shared/summary.ts";

/** For each sender a badge that says how many of its trials with DANE went as expected. It ranks nobody. */
export interface Badge {
  /** "badge-postfix-3.10.svg" */
  readonly file: string;
  readonly svg: string;
}

const label = "DANE";

export function badgesOf(results: Results): readonly Badge[] {
  const { trials, run } = results;
  const own = trials.filter(
    ({ role, canary, policy }) =>
      role === "main" && canary === null && (policy === "dane" || policy === "dane-only"),
  );
  return [...Map.groupBy(own, ({ sender }) => sender)].map(([sender, of]) => {
    const { message, colour } = told(of, run.interrupted);
    return {
      file: `badge-${sender.replaceAll(/[^\w.-]+/g, "-")}.svg`,
      svg: badgeSvg(`${sender}, ${label}: ${message}`, message, colour),
    };
  });
}

/** Dark enough for white letters on them (WCAG 2.2, 1.4.3). */
const colours = { good: "#2a6b3f", bad: "#a3161b", untold: "#5a6067" } as const;

function told(
  trials: readonly TrialResult[],
  interrupted: boolean,
): { readonly message: string; readonly colour: string } {
  const counts = countVerdicts(trials);
  const of = (...verdicts: readonly TrialResult["verdict"][]): number =>
    verdicts.reduce((sum, verdict) => sum + (counts.get(verdict) ?? 0), 0);
  const total = trials.length - of("unsupported");
  if (total === 0) return { message: "not supported", colour: colours.untold };
  const untold = of("error", "inconclusive");
  const message = [
    `${of("pass", "info")} of ${total} as expected`,
    ...(of("known") > 0 ? [`${of("known")} known to differ`] : []),
    ...(untold > 0 ? [`${untold} not judged`] : []),
    ...(interrupted ? ["interrupted"] : []),
  ].join(", ");
  const colour = of("fail") > 0 ? "bad" : untold > 0 || interrupted ? "untold" : "good";
  return { message, colour: colours[colour] };
}

/** About what a letter takes in Verdana and what stands in for it, at 11 pixels; `textLength` makes it exact. */
const letter = 6.7;
const margin = 7;

function badgeSvg(title: string, message: string, colour: string): string {
  const [left, right] = [label, message].map((text) => Math.round(text.length * letter));
  const [a, b] = [(left ?? 0) + 2 * margin, (right ?? 0) + 2 * margin];
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${a + b}" height="20" role="img" aria-label="${title}">
<title>${title}</title>
<rect width="${a + b}" height="20" rx="3" fill="#3a3f45"/>
<path d="M${a} 0h${b - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-${b - 3}z" fill="${colour}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="${margin}" y="14" textLength="${left ?? 0}">${label}</text>
<text x="${a + margin}" y="14" textLength="${right ?? 0}">${message}</text>
</g>
</svg>
`.markup;
}
