import type { VerificationEvidence } from "../../../harness/model/verification.ts";
import { visible } from "../../shared/characters.ts";
import { outcomeMeanings } from "../../shared/signs.ts";
import { counted } from "../../shared/summary.ts";
import { type Html, html } from "../html.ts";
import { closedPart, facts, lines, log } from "./facts.ts";

/** An MX host that a verifier looked at, what the verifier said, and what the host saw of it. */
export function verificationSummary(seen: VerificationEvidence): Html {
  const { host, claim, exitStatus, sessions, errors } = seen;
  const tls = sessions.map((one) =>
    one.tls ? one.tls.version : one.tlsError === null ? "no TLS" : `TLS failed (${one.tlsError})`,
  );
  return facts([
    ["MX host", host ? html`<code>${host.name}</code>, port ${host.port}` : null],
    ["TLSA", host ? counted(host.records.length, "record") : null],
    ["It said", claim ? visible(claim.told) : "nothing that its driver knows"],
    ["Taken for", claim ? `${claim.outcome}: ${outcomeMeanings[claim.outcome]}` : null],
    ["Exit status", exitStatus === null ? "none: it was ended at its deadline" : `${exitStatus}`],
    [
      "The host saw",
      sessions.length === 0
        ? "no session"
        : `${counted(sessions.length, "session")}: ${[...new Set(tls)].join(", ")}`,
    ],
    ["Harness", errors.length > 0 ? lines(errors) : null],
  ]);
}

export function verificationDetails({
  host,
  command,
  output,
  sessions,
}: VerificationEvidence): readonly Html[] {
  const records = host?.records ?? [];
  return [
    closedPart("What it ran", command[0] ?? "nothing", log([visible(command.join(" "))])),
    closedPart(
      "What it wrote",
      counted(output.trimEnd().split("\n").length, "line"),
      log(output.trimEnd().split("\n").map(visible)),
    ),
    closedPart("TLSA records", counted(records.length, "record"), log(records)),
    closedPart(
      "What the MX host saw",
      counted(sessions.length, "session"),
      sessions.map(({ transcript }) => log(transcript.map(visible))),
    ),
  ];
}
