import { facts, h } from "./elements.js";

/** @import { Evidence, ResolverAnswer, SenderQuestion, StepEvidence } from "../../../harness/model/evidence.ts" */
/** @import { Session } from "../../../harness/model/farm.ts" */
/** @import { Child } from "./elements.js" */

/**
 * What each witness of a trial saw: attacker, receiver, sender, resolver.
 *
 * @param {Evidence | undefined} evidence
 * @param {readonly string[]} titles of its steps
 * @returns {Child}
 */
export function witnesses(evidence, titles) {
  if (!evidence) return h("p", { class: "muted" }, "No evidence of this trial was stored.");
  if (evidence.steps.length === 0) return witnessesOfStep(evidence);
  return [evidence, ...evidence.steps].map((step, index) => [
    h("h3", { class: "step" }, `Step ${index + 1}: ${titles[index] ?? ""}`),
    witnessesOfStep(step),
  ]);
}

/**
 * @param {StepEvidence} evidence
 * @returns {Child}
 */
function witnessesOfStep(evidence) {
  const { sessions, mail } = evidence;
  const first = Math.min(...sessions.map(({ start }) => start));
  /** @param {Session["witness"]} witness */
  const seenBy = (witness) =>
    sessions
      .filter((session) => session.witness === witness)
      .sort((a, b) => a.start - b.start)
      .map((session) => sessionBox(session, first, mail.canary));
  const attacker = seenBy("attacker");
  const receiver = seenBy("receiver");
  return [
    evidence.errors.length > 0 ? part("What kept the harness from telling", lines(evidence.errors)) : null,
    attacker.length > 0 ? part("What the attacker saw", attacker, "attacker") : null,
    part(
      attacker.length > 0 ? "What the genuine receiver saw behind the attacker" : "What the receiver saw",
      receiver.length > 0 ? receiver : h("p", { class: "muted" }, "No session: the sender did not connect."),
    ),
    part("What the sender said", senderBox(evidence)),
    evidence.questions
      ? part("What the sender asked its resolver, in this order", lines(evidence.questions.map(questionText)))
      : null,
    part("What its resolver answers", resolverTable(evidence.dns)),
  ];
}

/**
 * @param {string} title
 * @param {Child} content
 * @param {string} [kind]
 * @returns {HTMLElement}
 */
export function part(title, content, kind = "") {
  return h("section", { class: `part ${kind}` }, h("h3", {}, title), content);
}

/**
 * @param {SenderQuestion} question
 * @returns {string}
 */
function questionText({ name, type }) {
  return `${name} ${type}`;
}

/**
 * @param {readonly string[]} texts
 * @returns {HTMLElement}
 */
function lines(texts) {
  return h(
    "ul",
    { class: "lines" },
    texts.map((text) => h("li", {}, text)),
  );
}

/**
 * @param {Session} session
 * @param {number} first start of the trial's first session, in milliseconds
 * @param {string} canary
 * @returns {HTMLElement}
 */
function sessionBox(session, first, canary) {
  const {
    host,
    localAddress,
    remoteAddress,
    start,
    end,
    tls,
    tlsError,
    sni,
    certificate,
    accepted,
    transcript,
  } = session;
  return h(
    "div",
    { class: "session" },
    h(
      "p",
      { class: "session-head" },
      h("b", {}, host),
      ` ${localAddress}, from ${remoteAddress}, after ${start - first} ms, for ${end - start} ms`,
    ),
    facts([
      ["TLS", tls ? `${tls.version}, ${tls.cipher}` : "none"],
      ["Handshake", tlsError],
      ["SNI", sni ?? "not sent"],
      ["Certificate", certificate ? h("code", {}, `SHA-256 ${certificate}`) : noCertificate(session)],
      ["Client's", session.clientCertificate ? clientCertificates[session.clientCertificate] : null],
      ["Message", accepted ? "accepted" : "not accepted"],
      ["Canary", canaryText(session, canary)],
    ]),
    h("pre", { class: "transcript" }, transcript.map(transcriptLine)),
  );
}

const clientCertificates = {
  asked: "the server asked for a certificate and got none",
  given: "the server asked for a certificate and got one",
};

/**
 * @param {Session} session
 * @returns {string}
 */
function noCertificate({ resumed, transcript }) {
  if (transcript.includes("-- from here on as the server logged it")) return "not seen: TLS passed unread";
  return resumed ? "none served: an earlier TLS session was taken up again" : "none served";
}

/**
 * @param {Session} session
 * @param {string} canary
 * @returns {Child}
 */
function canaryText(session, canary) {
  if (session.canary === null) return "not seen";
  if (session.canary !== canary) return h("b", { class: "alarm" }, `another message's: ${session.canary}`);
  if (session.canaryInClear) return h("b", { class: "alarm" }, "read, in clear text on the wire");
  if (session.witness === "attacker") return h("b", { class: "alarm" }, "read by the attacker");
  return "read, inside TLS";
}

/**
 * @param {string} line
 * @returns {HTMLElement}
 */
function transcriptLine(line) {
  const kind = line.startsWith("C: ") ? "client" : line.startsWith("S: ") ? "server" : "event";
  return h("span", { class: kind }, `${line}\n`);
}

/**
 * @param {StepEvidence} evidence
 * @returns {Child}
 */
function senderBox({ attempts, log, mail, queued, ms }) {
  const told = attempts.map(
    ({ status, tls, reason, relay, dsn, text }, index) =>
      /** @type {const} */ ([
        attempts.length > 1 ? `Attempt ${index + 1}` : "Claim",
        [
          h("b", {}, status),
          `, ${tls === "none" ? "no TLS" : tls === "unknown" ? "TLS not told" : `TLS ${tls}`}`,
          reason ? `, ${reason}` : "",
          dsn ? `, ${dsn}` : "",
          relay ? `, ${relay}` : ", no relay",
          h("span", { class: "said" }, text),
        ],
      ]),
  );
  return [
    facts([
      ...told,
      ["Envelope", `${mail.from} to ${mail.to}`],
      [
        "Queue",
        `${mail.queueId ?? "no queue id"}${queued === null ? "" : queued ? ", still queued" : ", no longer queued"}`,
      ],
      ["Time", `${Math.round(ms)} ms from submission to its last verdict`],
    ]),
    log.length > 0
      ? h("pre", { class: "log", tabindex: "0" }, log.join("\n"))
      : h("p", { class: "muted" }, "No log line names this message."),
  ];
}

/**
 * @param {readonly ResolverAnswer[]} answers
 * @returns {Child}
 */
function resolverTable(answers) {
  if (answers.length === 0) return h("p", { class: "muted" }, "It was not asked.");
  return h(
    "div",
    { class: "wide", tabindex: "0" },
    h(
      "table",
      { class: "answers" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["Question", "Answer", "AD", "Expected"].map((title) => h("th", { scope: "col" }, title)),
        ),
      ),
      h("tbody", {}, answers.map(answerRow)),
    ),
  );
}

/**
 * @param {ResolverAnswer} answer
 * @returns {HTMLElement}
 */
function answerRow({ name, type, rcode, authenticated, answers, error, expected }) {
  const empty = expected.empty && expected.status !== "bogus" ? ", no records" : "";
  return h(
    "tr",
    {},
    h("td", {}, h("code", {}, `${name} ${type}`)),
    h(
      "td",
      {},
      h("b", {}, rcode ?? "no answer"),
      error ? `: ${error}` : null,
      answers.map((record) => h("code", {}, record)),
    ),
    h("td", {}, authenticated ? "set" : "not set"),
    h("td", {}, expected.status === "bogus" ? "bogus: SERVFAIL" : `${expected.status}${empty}`),
  );
}
