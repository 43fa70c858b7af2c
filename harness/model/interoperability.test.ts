import { expect, test } from "vitest";
import { checkProbes } from "../run/check-probes.ts";
import { checkFile } from "../run/check-scenarios.ts";
import { must, probes, scenarios, selfSigned } from "../vocabulary.ts";
import { atReceiver, planProbes, wantsRealServer } from "./interoperability.ts";
import { plan, stackOf } from "./plan.ts";

const [real, recording] = checkFile(
  scenarios("x", [
    {
      id: "real-x",
      title: "A real server receives",
      cites: ["RFC 7672 2.2"],
      mx: [{ receiver: "real" }, {}],
      steps: [{ title: "later", mx: { receiver: "real" }, expect: { dane: must("authenticated") } }],
      expect: { dane: must("authenticated") },
    },
    { id: "x-y", title: "Another", cites: ["RFC 7672 2.2"], expect: { dane: must("authenticated") } },
  ]),
  "x.ts",
);

test("a scenario at a receiver names the program, in each step, and nothing else of it changes", () => {
  const exim = { name: "exim", version: "4.98" };
  const at = atReceiver(real!, exim, true);
  expect(at).toMatchObject({ id: "exim-x", group: "exim@4.98", title: "exim@4.98 receives" });
  expect(at.mx.map(({ receiver }) => receiver)).toEqual(["exim@4.98", "recording"]);
  expect(at.steps[0]?.mx.map(({ receiver }) => receiver)).toEqual(["exim@4.98"]);
  expect(at.expect).toEqual(real!.expect);
  expect(atReceiver(real!, { ...exim, version: "4.96" }, false).id).toBe("exim-4-96-x");
});

test("only what wants a real server is taken to each", () => {
  expect([real!, recording!].map(wantsRealServer)).toEqual([true, false]);
});

test("a plan says which receiver a trial is delivered to", () => {
  const stack = stackOf({ name: "postfix", version: "3.10" }, { name: "unbound", version: "1.26" });
  const { trials } = plan([atReceiver(real!, { name: "exim", version: "4.98" }, true), recording!], {
    stacks: [stack],
    policies: ["dane"],
  });
  expect(new Map(trials.map(({ scenario, receiver }) => [scenario, receiver]))).toEqual(
    new Map([
      ["exim-x", "exim@4.98"],
      ["x-y", undefined],
    ]),
  );
});

test("each probe has a domain at each receiver, but where the receiver cannot do it", () => {
  const [sni] = checkProbes(
    probes("pub", [
      {
        id: "pub-x",
        title: "x",
        cites: ["RFC 7672 8.1"],
        mx: { sni: { "{mx}": selfSigned() } },
        way: "sni-known",
      },
    ]),
    "x.ts",
  );
  const { trials, domains } = planProbes(
    [sni!],
    [
      { program: { name: "exim", version: "4.98" }, lacks: [] },
      { program: { name: "sendmail", version: "8.18.1" }, lacks: ["SNI"] },
    ],
  );
  expect(trials.map(({ id, domain, unsupported }) => [id, domain, unsupported])).toEqual([
    ["pub-x/exim@4.98", "pub-x.exim-4-98", null],
    ["pub-x/sendmail@8.18.1", "pub-x.sendmail-8-18-1", "as a receiver, sendmail has no SNI"],
  ]);
  expect(domains.map(({ key, scenario }) => [key, scenario.mx[0]?.receiver])).toEqual([
    ["pub-x.exim-4-98", "exim@4.98"],
  ]);
});
