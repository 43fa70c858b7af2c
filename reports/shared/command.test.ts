import { expect, test } from "vitest";
import type { TrialResult } from "../../harness/model/results.ts";
import { largeSample } from "../sample.ts";
import { commandFor } from "./command.ts";

const mail = largeSample().results.trials.find(
  ({ policy, role }) => policy === "dane" && role === "main",
) as TrialResult;

test("mail to one of several receivers is sent again to that one", () => {
  const { sender, resolver } = mail;
  expect(commandFor({ ...mail, scenario: "exim-311", receiver: "exim@4.98" })).toBe(
    `./danelab receivers exim-311 --receiver exim@4.98 --policy dane --sender ${sender} --resolver ${resolver}`,
  );
  expect(commandFor(mail)).toMatch(/^\.\/danelab run /);
});
