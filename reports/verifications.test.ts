import { expect, test } from "vitest";
import { verificationResult } from "../harness/model/test-verification.ts";
import { junitXml } from "./junit.ts";
import { summaryMarkdown } from "./markdown.ts";
import { sample } from "./sample.ts";
import { kindWithoutMail } from "./shared/matrix.ts";
import { paragraph } from "./shared/summary.ts";
import { matrixText } from "./terminal.ts";

/** What reports say where nothing was sent: verifiers looked at MX hosts. */

const { results: mail } = sample();
const twin = {
  ...verificationResult,
  id: `${verificationResult.id}/twin`,
  of: verificationResult.id,
  role: "twin" as const,
  outcome: "unmatched" as const,
  verdict: "pass" as const,
};
const other = { ...verificationResult, id: "x/posttls", sender: "posttls-finger@3.10" };
const [scenario] = mail.scenarios;
const results = {
  ...mail,
  scenarios: [{ ...scenario!, id: "x" }],
  trials: [verificationResult, twin, other],
};

test("a run is of one kind without mail where all its trials are", () => {
  expect(kindWithoutMail(results)).toBe("verification");
  expect(kindWithoutMail(mail)).toBeNull();
  expect(kindWithoutMail({ trials: [...results.trials, ...mail.trials] })).toBeNull();
  expect(kindWithoutMail({ trials: [] })).toBeNull();
});

test("the terminal has a column for each verifier, and the verifier's word", () => {
  const text = matrixText(results, { columns: 100, colour: false });
  expect(text).toContain("each column is a verifier that looked at it");
  expect(text).toMatch(/openssl +posttls-\n +finger\n +3\.5 +3\.10\n/);
  expect(text).toContain("✗ fail  x openssl@3.5\n");
  expect(text).toContain("it said: DANE TLSA 3 1 1 …");
  expect(text).toContain("again: ./danelab verifiers x --verifier openssl@3.5");
  expect(text).not.toContain("sender's log");
});

test("the summary counts by verifier, and tells of hosts and twins", () => {
  expect(summaryMarkdown(results)).toContain("Verifiers of DANE");
  expect(summaryMarkdown(results)).toContain("| `openssl@3.5` | 1 |");
  expect(paragraph(results)).toContain("2 verifiers looked at MX hosts set up in 1 way");
  expect(paragraph(results)).toContain("1 host had a twin whose TLSA records match nothing");
  expect(paragraph(results)).not.toContain("message");
});

test("JUnit tells whose word it is", () => {
  expect(junitXml(results)).toContain("the verifier: DANE TLSA 3 1 1 …");
});
