import type { ResolverAnswer, StepEvidence } from "../../harness/model/evidence.ts";
import type { Note } from "./sequence.ts";

/** What the name servers hold, as the lab set them up: the resolver's answers can be laid beside it. */
export function authorityNotes({ dns }: StepEvidence): readonly Note[] {
  const byState = Map.groupBy(dns, ({ expected }) => stateOf(expected));
  return [...byState].map(([state, answers]) => ({
    kind: "note",
    at: "authority",
    text: `${[...new Set(answers.map(({ type }) => type))].join(", ")}: ${state}`,
    mark: null,
  }));
}

function stateOf({ status, empty }: ResolverAnswer["expected"]): string {
  switch (status) {
    case "secure":
      return empty ? "no such record, and its denial is signed" : "signed";
    case "insecure":
      return empty ? "no such record, in a zone that is not signed" : "in a zone that is not signed";
    case "bogus":
      return "nothing that validates";
    case "any":
      return "what it is worth depends on what a resolver supports";
    default:
      return status satisfies never;
  }
}
