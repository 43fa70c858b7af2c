import { facts, h, webLink } from "./elements.js";
import { part, witnesses } from "./witnesses.js";

/** @import { TrialResult, ScenarioResult } from "../../../harness/model/results.ts" */
/** @import { PageData } from "../data.ts" */
/** @import { Child } from "./elements.js" */

/**
 * All that is known of one trial.
 *
 * @param {PageData} data
 * @param {TrialResult} trial
 * @returns {readonly Child[]}
 */
export function panelOf(data, trial) {
  const scenario = data.scenarios.find(({ id }) => id === trial.scenario);
  return [
    h(
      "header",
      {},
      badge(data, trial),
      h("h2", { id: "panel-title" }, scenario?.title ?? trial.scenario),
      h("p", { class: "story" }, storyOf(data, trial)),
    ),
    part("Verdict", [
      h(
        "ul",
        { class: `lines reasons v-${trial.verdict}` },
        trial.reasons.map((reason) => h("li", {}, reason)),
      ),
      // Its reason stands among the reasons.
      trial.divergence?.link
        ? h("p", {}, "On record: ", webLink(trial.divergence.link, trial.divergence.link))
        : null,
    ]),
    part("Expectation", expectationBox(trial, scenario)),
    trial.steps ? part("Step by step", stepsTable(data, trial.steps)) : null,
    sequenceBox(data, trial),
    witnesses(
      data.evidence[trial.id],
      (trial.steps ?? []).map(({ title }) => title),
    ),
    packetsBox(data.evidence[trial.id]?.packets),
    proofs(data, trial),
    part("Run just this again", commandBox(data.commands[trial.id] ?? "")),
  ];
}

/**
 * @param {string | null | undefined} path of the capture file; evidence of older runs tells none
 * @returns {Child}
 */
function packetsBox(path) {
  if (!path) return null;
  return part(
    "Its packets",
    h(
      "p",
      {},
      h("a", { href: encodeURI(path), download: "" }, path),
      ": mail and DNS, with the TLS secrets of the lab's own servers and attackers, so that Wireshark shows what was encrypted: ",
      h("code", {}, `wireshark ${path}`),
    ),
  );
}

/**
 * @param {PageData} data
 * @param {TrialResult} trial
 * @returns {HTMLElement}
 */
function badge({ signs }, { verdict }) {
  return h("span", { class: `badge v-${verdict}` }, `${signs[verdict].symbol} ${verdict}`);
}

/**
 * One sentence.
 *
 * @param {PageData} data
 * @param {TrialResult} trial
 * @returns {Child}
 */
function storyOf(
  { policies, outcomes },
  { scenario, sender, resolver, policy, outcome, role, canary, steps },
) {
  const kind = {
    main: "",
    control: ", as a control without DANE",
    twin: ", as a twin whose TLSA records match nothing",
  };
  return [
    h("code", {}, scenario),
    `${canary ? `, at the ${canary} of the run` : ""}${kind[role]}: `,
    h("b", {}, sender),
    " with ",
    h("b", {}, resolver),
    `, set to ${policy} (${policies[policy]}), sent one message: `,
    steps
      ? steps.map((step, index) => [
          index > 0 ? "; then " : "",
          h("b", {}, step.outcome ?? "not known"),
          ` (${step.title})`,
        ])
      : outcome
        ? [h("b", {}, outcome), ` (${outcomes[outcome]}).`]
        : "what became of it is not known.",
  ];
}

/**
 * @param {PageData} data
 * @param {NonNullable<TrialResult["steps"]>} steps
 * @returns {HTMLElement}
 */
function stepsTable({ signs }, steps) {
  return h(
    "div",
    { class: "wide", tabindex: "0" },
    h(
      "table",
      { class: "answers" },
      h(
        "tr",
        {},
        ["Step", "Permitted", "Outcome", "Verdict"].map((title) => h("th", { scope: "col" }, title)),
      ),
      steps.map(({ title, expected, outcome, verdict }) =>
        h(
          "tr",
          {},
          h("td", {}, title),
          h("td", {}, expected.join(" or ")),
          h("td", {}, outcome ?? "not known"),
          h("td", { class: `v-${verdict}` }, `${signs[verdict].symbol} ${verdict}`),
        ),
      ),
    ),
  );
}

/**
 * @param {TrialResult} trial
 * @param {ScenarioResult | undefined} scenario
 * @returns {HTMLElement}
 */
function expectationBox({ level, expected, policy, role }, scenario) {
  const expectation = scenario?.expect[policy];
  const levels = {
    must: "MUST: anything else fails",
    should: "SHOULD: anything else is a warning",
    open: "left open by the RFCs: recorded",
  };
  const leak = {
    "on-the-wire": "the mail is read in clear text on the wire",
    "to-the-attacker": "the attacker reads the mail",
  };
  return facts([
    ["Level", role === "control" ? "a control: the attack must succeed" : levels[level]],
    ["Permitted", expected.join(" or ")],
    ["Never", role === "main" ? (expectation?.never.join(" or ") ?? null) : null],
    ["To be lost", role === "control" && expectation?.leaks ? leak[expectation.leaks] : null],
    [
      "Sources",
      scenario ? scenario.cites.map((cite, index) => [index > 0 ? ", " : "", citation(cite)]) : null,
    ],
    ["Why", scenario?.why ?? null],
  ]);
}

/**
 * "RFC 7672 3.1.1" leads to that section.
 *
 * @param {string} cite
 * @returns {Child}
 */
function citation(cite) {
  const [, number, section] = /^RFC (\d+)(?: ([\d.A-Z]+))?$/.exec(cite) ?? [];
  if (!number) return cite;
  return webLink(
    `https://www.rfc-editor.org/rfc/rfc${number}.html${section ? `#section-${section}` : ""}`,
    cite,
  );
}

/**
 * The diagram is markup: danelab made it with the report, and nothing that a program logged is markup in it.
 *
 * @param {PageData} data
 * @param {TrialResult} trial
 * @returns {Child}
 */
function sequenceBox({ sequences }, { id }) {
  const markup = sequences[id];
  if (markup === undefined) return null;
  const template = document.createElement("template");
  template.innerHTML = markup;
  return part("Who said what to whom", template.content);
}

/**
 * The trials that show that this one means something: its twin folded in, its controls linked.
 *
 * @param {PageData} data
 * @param {TrialResult} trial
 * @returns {Child}
 */
function proofs(data, trial) {
  const twin = data.trials.find(({ of }) => of === trial.id);
  const others = data.trials.filter(
    (other) =>
      other.id !== trial.id &&
      other.role !== "twin" &&
      other.scenario === trial.scenario &&
      other.canary === trial.canary &&
      other.sender === trial.sender &&
      other.resolver === trial.resolver,
  );
  const original = trial.of === null ? undefined : data.trials.find(({ id }) => id === trial.of);
  return [
    twin
      ? part("Its twin", [
          h(
            "p",
            {},
            "The same domain, with TLSA records that match nothing. A sender that compares must not deliver: ",
            h("b", {}, twin.outcome ?? "not known"),
            ". ",
            badge(data, twin),
          ),
          h(
            "details",
            {},
            h("summary", {}, "What the witnesses of the twin saw"),
            witnesses(data.evidence[twin.id], []),
          ),
        ])
      : null,
    original ? part("Twin of", h("p", {}, trialLink(data, original))) : null,
    others.length > 0
      ? part(
          "The same scenario, set otherwise",
          h(
            "ul",
            { class: "lines" },
            others.map((other) => h("li", {}, trialLink(data, other))),
          ),
        )
      : null,
  ];
}

/**
 * @param {PageData} data
 * @param {TrialResult} trial
 * @returns {Child}
 */
function trialLink(data, trial) {
  const { id, policy, role, outcome, leaked } = trial;
  const lost = role === "control" && leaked ? ", the attack got the mail" : "";
  return [
    h("a", { href: `#${encodeURI(id)}` }, role === "control" ? `Control: ${policy}` : policy),
    ` ${outcome ?? "not known"}${lost} `,
    badge(data, trial),
  ];
}

/**
 * @param {string} command
 * @returns {Child}
 */
function commandBox(command) {
  const button = h("button", { type: "button", class: "copy" }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(command).then(
      () => {
        button.textContent = "Copied";
      },
      () => {
        button.textContent = "Select it and copy";
      },
    );
  });
  return h("div", { class: "command" }, h("code", {}, command), button);
}
