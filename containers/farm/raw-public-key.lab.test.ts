import { expect, it } from "vitest";
import { connectDocker } from "../../harness/lab/engine-docker.ts";
import { scenariosNamed, stackWith, testRun } from "../../harness/run/test-run.ts";

it("shows a raw public key to who asks for one, and the certificate to others", async () => {
  const stack = stackWith("unbound");
  const done = await testRun(await connectDocker(), await scenariosNamed("ee-rpk", "ee-rpk-301"), {
    stacks: [stack],
    policies: ["dane", "may"],
  });
  const seen = (scenario: string, policy: string) => {
    const evidence = done.evidence.get(`${scenario}/${stack.id}/${policy}`);
    const [session] = evidence?.sessions ?? [];
    return {
      asks: session?.transcript.includes("-- the client takes a raw public key"),
      certificate: session?.certificate ?? null,
      version: session?.tls?.version,
      accepted: session?.accepted,
      // Postfix's own word for it.
      logged: evidence?.log.some((line) => line.includes("raw public key)")),
    };
  };
  const delivered = { version: "TLSv1.3", accepted: true };
  expect(seen("ee-rpk", "dane")).toEqual({ ...delivered, asks: true, certificate: null, logged: true });
  const fingerprint = expect.stringMatching(/^[0-9a-f]{64}$/);
  for (const [scenario, policy] of [
    ["ee-rpk-301", "dane"],
    ["ee-rpk", "may"],
  ] as const)
    expect(seen(scenario, policy)).toEqual({
      ...delivered,
      asks: false,
      certificate: fingerprint,
      logged: false,
    });
  expect(done.verdict(`ee-rpk/${stack.id}/dane/twin`).outcome).toBe("deferred");
});
