import type { LookupEvidence } from "../../../harness/model/lookup.ts";
import { visible } from "../../shared/characters.ts";
import { counted } from "../../shared/summary.ts";
import { type Html, html } from "../html.ts";
import { countOf } from "../shortened.ts";
import { closedPart, facts, lines, log, table } from "./facts.ts";

/** A question put to a resolver or a name server, and its answers. */
export function lookupSummary({ question, expected, answers, errors }: LookupEvidence): Html {
  return facts([
    ["Question", html`<code>${question.name} ${question.type}</code>`],
    [
      "The zone holds",
      `${expected.rcode}, ${expected.empty ? "no record" : expected.rdata ? counted(countOf(expected.rdata), "record") : "records"}, ${expected.status}`,
    ],
    ...answers.map(({ way, rcode, authenticated, rdata, ms, error, findings }) => {
      const flag =
        rcode === null ? "" : findings ? found(findings, authenticated) : authenticated ? ", AD" : ", no AD";
      const said = rcode ?? `no answer${error ? `: ${error}` : ""}`;
      return [
        `Asked: ${way}`,
        `${said}${flag}, ${counted(countOf(rdata), "record")}, ${Math.round(ms)} ms`,
      ] as const;
    }),
    ["Harness", errors.length > 0 ? lines(errors) : null],
  ]);
}

/** Of a name server's own answer. */
function found(
  { wrong, bogus }: NonNullable<LookupEvidence["answers"][number]["findings"]>,
  authenticated: boolean,
): string {
  const all = [...wrong, ...bogus];
  return all.length > 0 ? `, ${all.join("; ")}` : authenticated ? ", signatures right" : ", no signatures";
}

export function lookupDetails({ answers, expected, log: logged }: LookupEvidence): readonly Html[] {
  const records = (rdata: readonly string[] | null): readonly Html[] =>
    (rdata ?? []).map((one) => html`<code class="record">${one}</code>`);
  return [
    closedPart(
      "Records, as they came",
      "RDATA, hexadecimal",
      table(
        ["Asked", "Answer", "Records"],
        [
          ["the zone", expected.rcode, records(expected.rdata)],
          ...answers.map(({ way, rcode, rdata }) => [way, rcode ?? "none", records(rdata)]),
        ],
      ),
    ),
    closedPart(
      "What the resolver logged",
      counted(logged.length, "line"),
      logged.length > 0
        ? log(logged.map(visible))
        : html`<p class="muted">Nothing of this question's zones.</p>`,
    ),
  ];
}
