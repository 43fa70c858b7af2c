import { expect, test } from "vitest";
import { connectDocker } from "../../../harness/lab/engine-docker.ts";
import { stackOf } from "../../../harness/model/plan.ts";
import { registry, scenariosNamed, stackWith, testRun } from "../../../harness/run/test-run.ts";
import { startWithSyslog } from "./start.ts";

test("Postfix is heard by syslog too, as it must be before 3.4", async () => {
  const { resolver } = stackWith("unbound");
  const stack = stackOf({ name: "postfix", version: "3.5" }, resolver);
  const { results, evidence } = await testRun(
    await connectDocker(),
    await scenariosNamed("base-311", "base-wrong", "base-no-tlsa-no-starttls"),
    {
      stacks: [stack],
      registry: {
        ...registry,
        senders: registry.senders.map((found) =>
          found.driver.name === "postfix"
            ? { ...found, driver: { ...found.driver, command: startWithSyslog } }
            : found,
        ),
      },
    },
  );
  expect(results.trials.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(results.run.errors).toEqual([]);
  // postlogd(8) names the host, what comes to syslog does not.
  const lines = [...evidence.values()].flatMap(({ log }) => log);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^\w{3} [ \d]\d [\d:]{8} postfix\//);
});
