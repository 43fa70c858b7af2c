import type {
  ClaimedAttempt,
  Evidence,
  ResolverAnswer,
  StepEvidence,
} from "../../../harness/model/evidence.ts";
import type { Session } from "../../../harness/model/farm.ts";
import { visible } from "../../shared/characters.ts";
import { counted } from "../../shared/summary.ts";
import { type Html, html, trusted } from "../html.ts";
import { closedPart, facts, lines, log, part, table } from "./facts.ts";
import { canaryTold, sessionHtml } from "./session.ts";

/** What each witness of a mail trial saw, in a line or two: what was seen several times is told once. */
export function witnessSummary(seen: StepEvidence): Html {
  const by = (witness: Session["witness"]): readonly Session[] =>
    seen.sessions.filter((session) => session.witness === witness);
  const [attacker, receiver] = [by("attacker"), by("receiver")];
  const told = (sessions: readonly Session[]): readonly Html[] =>
    [...Map.groupBy(sessions, (session) => sessionTold(session, seen.mail.canary).markup)].map(
      ([markup, { length }]) =>
        html`<p>${length > 1 ? html`${counted(length, "session")}, each: ` : null}${trusted(markup)}</p>`,
    );
  return facts([
    ["Resolver", seen.dns.length === 0 ? "was not asked" : answersTold(seen.dns)],
    ["Attacker", attacker.length > 0 ? told(attacker) : null],
    [
      attacker.length > 0 ? "Genuine server" : "Server",
      receiver.length > 0 ? told(receiver) : "no session: the sender did not come as far",
    ],
    ["Queue", queueTold(seen)],
    ["Sender's log", seen.attempts.length > 0 ? seen.attempts.map(attemptTold) : "tells no outcome"],
    ["Harness", seen.errors.length > 0 ? lines(seen.errors) : null],
  ]);
}

/** Questions with the same kind of answer in one line; each by itself stands below. */
function answersTold(answers: readonly ResolverAnswer[]): readonly Html[] {
  return [...Map.groupBy(answers, answerTold)].map(([told, own]) => {
    const types = [...new Set(own.map(({ type }) => type))];
    return html`<p><b>${types.join(", ")}</b>: ${told}</p>`;
  });
}

function answerTold({ rcode, authenticated, answers, error, expected }: ResolverAnswer): string {
  const isAnswer = rcode === "NOERROR" || rcode === "NXDOMAIN";
  const said = [
    rcode ?? error ?? "no answer",
    ...(isAnswer ? [authenticated ? "AD" : "no AD"] : []),
    ...(rcode === "NOERROR" && answers.length === 0 ? ["no record"] : []),
  ];
  return `${said.join(", ")}; the zone: ${expectedTold(expected)}`;
}

function expectedTold({ status, empty }: ResolverAnswer["expected"]): string {
  if (status === "bogus") return "bogus";
  return `${status === "any" ? "as supported" : status}${empty ? ", no record" : ""}`;
}

function sessionTold(session: Session, canary: string): Html {
  const { host, tls, tlsError, sni, transcript, accepted } = session;
  const words = [
    ...new Set(transcript.flatMap((line) => /^C: ([a-z]+)/i.exec(line)?.[1]?.toUpperCase() ?? [])),
  ];
  return html`<b>${host}</b>: ${words.length > 0 ? visible(words.join(" ")) : "no command"}; ${
    tls ? `${tls.version}, SNI ${sni ?? "not sent"}` : tlsError ? `TLS failed (${tlsError})` : "no TLS"
  }; message ${accepted ? "accepted" : "not accepted"}; canary ${canaryTold(session, canary)}`;
}

function attemptTold({ status, dsn, tls, reason, relay, text }: ClaimedAttempt): Html {
  const channel = tls === "none" ? "no TLS" : tls === "unknown" ? "TLS not told" : `TLS ${tls}`;
  const rest = [dsn, reason, relay].filter((one) => one !== null).join(", ");
  return html`<p><b>${status}</b>, ${channel}${rest ? `, ${rest}` : ""}<span class="said">${visible(text)}</span></p>`;
}

function queueTold({ queued, mail }: StepEvidence): string {
  const id = mail.queueId ? ` (${mail.queueId})` : "";
  if (queued === null) return `not known${id}`;
  return `${queued ? "the message is still in it" : "the message has left it"}${id}`;
}

/** All that they saw, closed until wanted. */
export function witnessDetails(seen: StepEvidence): readonly Html[] {
  const { sessions, mail, questions, dns } = seen;
  const first = Math.min(...sessions.map(({ start }) => start));
  const boxes = (witness: Session["witness"]): readonly Html[] =>
    sessions
      .filter((session) => session.witness === witness)
      .toSorted((a, b) => a.start - b.start)
      .map((session) => sessionHtml(session, first, mail.canary));
  const [attacker, receiver] = [boxes("attacker"), boxes("receiver")];
  const behind = attacker.length > 0 ? "genuine server" : "server";
  return [
    ...(attacker.length > 0
      ? [closedPart("What the attacker saw", counted(attacker.length, "session"), attacker, "attacker")]
      : []),
    ...(receiver.length > 0
      ? [closedPart(`What the ${behind} saw`, counted(receiver.length, "session"), receiver)]
      : []),
    ...(questions
      ? [
          closedPart(
            "What the sender asked its resolver",
            counted(questions.length, "question"),
            lines(questions.map(({ name, type }) => html`<code>${name} ${type}</code>`)),
          ),
        ]
      : []),
    ...(dns.length > 0
      ? [closedPart("What the resolver answers", counted(dns.length, "question"), resolverTable(dns))]
      : []),
    part("The sender's log", [
      html`<p class="muted">Envelope ${mail.from} to ${mail.to}; ${Math.round(seen.ms)} ms from submission to its last verdict.</p>`,
      seen.log.length > 0 ? log(seen.log) : html`<p class="muted">No line names this message.</p>`,
    ]),
  ];
}

function resolverTable(answers: readonly ResolverAnswer[]): Html {
  return table(
    ["Question", "Answer", "AD", "The zone holds"],
    answers.map(({ name, type, rcode, authenticated, answers: records, error, expected }) => [
      html`<code>${name} ${type}</code>`,
      [
        html`<b>${rcode ?? "no answer"}</b>${error ? `: ${error}` : null}`,
        ...records.map((record) => html`<code class="record">${record}</code>`),
      ],
      authenticated ? "set" : "not set",
      expected.status === "bogus" ? "bogus: SERVFAIL" : expectedTold(expected),
    ]),
  );
}

/** The steps of a trial, the first included. */
export function stepsOf(evidence: Evidence): readonly StepEvidence[] {
  return [evidence, ...evidence.steps];
}
