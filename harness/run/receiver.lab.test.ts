import { expect, test } from "vitest";
import type { RunningContainer } from "../lab/engine.ts";
import { connectDocker } from "../lab/engine-docker.ts";
import { scenariosNamed, stackWith, testRun } from "./test-run.ts";

/** Postfix's smtpd at the MX, by itself and behind attackers. */

const engine = await connectDocker();
const unbound = stackWith("unbound");

test("mail is delivered to a real server, which witnesses what it got, and kept from it by attacks", async () => {
  const ids = ["real-311", "real-sni", "real-mismatch", "atk-real-strip-starttls", "atk-real-mitm"];
  const { results, evidence } = await testRun(engine, await scenariosNamed(...ids), { stacks: [unbound] });
  expect(results.trials.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(results.run.errors).toEqual([]);
  expect(results.run.strayPackets.count).toBe(0);
  expect(results.run.programs.find(({ role }) => role === "receiver")).toMatchObject({
    id: "postfix@3.10",
    package: expect.stringMatching(/^postfix 3\.10\./),
    image: { name: expect.stringContaining("receiver-postfix"), digest: expect.stringMatching(/^sha256:/) },
  });
  const of = (trial: string) => evidence.get(trial)!;

  const { sessions, mail } = of(`real-311/${unbound.id}/dane`);
  expect(sessions).toHaveLength(1);
  expect(sessions[0]).toMatchObject({
    witness: "receiver",
    tls: { version: "TLSv1.3" },
    canary: mail.canary,
    canaryInClear: false,
    accepted: true,
    mailFrom: mail.from,
    rcptTo: [mail.to],
    sni: "mx.real-311.dane.example",
  });
  expect(sessions[0]!.transcript).toContain("S: 220 mx.real-311.dane.example ESMTP Postfix");

  // The handshake was finished; the sender then asked for nothing.
  const mismatch = of(`real-mismatch/${unbound.id}/dane`).sessions;
  expect(mismatch.length).toBeGreaterThan(0);
  for (const { tls, mailFrom, commands } of mismatch) {
    expect(tls).not.toBeNull();
    expect(mailFrom).toBeNull();
    expect(commands.map(({ line }) => line)).not.toContain("DATA");
  }

  // Behind an attacker the real server is a witness beside it.
  const control = of(`atk-real-mitm/${unbound.id}/may`);
  const witnesses = control.sessions.map(({ witness, accepted, canary }) => ({ witness, accepted, canary }));
  for (const witness of ["attacker", "receiver"])
    expect(witnesses).toContainEqual({ witness, accepted: true, canary: control.mail.canary });

  const [afterwards] = of(`atk-real-strip-starttls/${unbound.id}/dane`).steps;
  expect(afterwards!.sessions.map(({ witness, accepted }) => ({ witness, accepted }))).toEqual([
    { witness: "receiver", accepted: true },
  ]);
});

test("a real server that dies is an error of the run, never a verdict", async () => {
  let containers: readonly RunningContainer[] = [];
  let killing: Promise<unknown> | undefined;
  const { results } = await testRun(engine, await scenariosNamed("atk-real-strip-starttls"), {
    stacks: [unbound],
    onLab: (lab) => {
      containers = lab.containers;
    },
    // The attack ends a few seconds later, and with it comes the delivery.
    onEvidence: () => {
      killing ??= containers.find(({ name }) => name.includes("-receiver-postfix-"))!.remove();
    },
  });
  await killing;
  // Whichever is noticed first.
  expect(results.run.errors.join()).toMatch(
    /-receiver-postfix-3\.10 died in the middle|real server does not answer/,
  );
  const attacked = results.trials.find(({ id }) => id === `atk-real-strip-starttls/${unbound.id}/dane`);
  expect(attacked?.verdict).toBe("error");
});

test("no real server is started where no scenario has one", async () => {
  let names: readonly string[] = [];
  await testRun(engine, await scenariosNamed("base-311"), {
    stacks: [unbound],
    onLab: ({ containers }) => {
      names = containers.map(({ name }) => name);
    },
  });
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => name.includes("receiver"))).toEqual([]);
});
