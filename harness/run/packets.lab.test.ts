import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTools, type Tools } from "../dns/test-tools.ts";
import { connectDocker } from "../lab/engine-docker.ts";
import { scenariosNamed, stackWith, type TestRun, testRun } from "./test-run.ts";

/** Capture files as Wireshark reads them. */

const stack = stackWith("unbound");
const scenario = "atk-mitm-selfsigned";
let tools: Tools;
let done: TestRun;

beforeAll(async () => {
  tools = await startTools({
    name: "test-tshark",
    folder: fileURLToPath(new URL("test-tshark", import.meta.url)),
    suite: "trixie",
  });
  done = await testRun(await connectDocker(), await scenariosNamed(scenario, "base-311"), {
    stacks: [stack],
    packets: "attacks",
  });
});
afterAll(() => tools?.close());

/** The values of these fields, of each packet that the filter lets through. */
async function read(trial: string, filter: string, ...fields: readonly string[]): Promise<readonly string[]> {
  const path = done.evidence.get(trial)?.packets ?? "";
  const content = done.packets.get(path);
  expect(content, `${trial}: ${path}`).toBeDefined();
  await tools.copy([{ path: "/tmp/trial.pcapng.gz", content: content! }]);
  const shown = fields.map((field) => `-e ${field}`).join(" ");
  const text = await tools.run(
    `tshark -r /tmp/trial.pcapng.gz -Y '${filter}' -T fields ${shown} 2>/tmp/said || { cat /tmp/said; exit 1; }`,
  );
  return text.split("\n").slice(0, -1);
}

const control = `${scenario}/${stack.id}/may`;
const stopped = `${scenario}/${stack.id}/dane`;

test("an attack that succeeds: the message is there, as the attacker reads it out of TLS", async () => {
  const { canary, to } = done.evidence.get(control)!.mail;
  expect(await read(control, "tls && imf", "imf.extension.type", "imf.extension.value")).toEqual([
    `X-Danelab-Canary\t${canary}`,
  ]);
  const [recipients = ""] = await read(control, 'tls && smtp.req.command == "RCPT"', "smtp.req.parameter");
  expect(recipients).toContain(`TO:<${to}>`);
  // What stays closed is shown as that.
  const shown = await read(control, "tls", "_ws.col.info");
  expect(shown.filter((info) => info.includes("Application Data"))).toEqual([]);
});

test("an attack that is stopped, and ends: each connection has its certificate, and the last one the message", async () => {
  const { sessions, steps } = done.evidence.get(stopped)!;
  const lines = await read(stopped, "tls.handshake.type == 11", "tcp.stream", "tls.handshake.certificate");
  const shown = lines.map((line) => {
    const [stream, chain = ""] = line.split("\t");
    const [leaf = ""] = chain.split(",");
    return { stream, certificate: createHash("sha256").update(Buffer.from(leaf, "hex")).digest("hex") };
  });
  const attackers = sessions.filter(({ witness }) => witness === "attacker");
  const genuine = steps.flatMap((step) => step.sessions).filter(({ accepted }) => accepted);
  expect(shown.map(({ certificate }) => certificate)).toEqual(
    [...attackers, ...genuine].map(({ certificate }) => certificate),
  );
  expect(await read(stopped, "imf", "tcp.stream")).toEqual([shown.at(-1)?.stream]);
  expect(await read(stopped, "dns.tlsa.certificate_association_data", "frame.number")).not.toEqual([]);
});

test("each packet is there once, and nobody else's is", async () => {
  const { mail, sessions } = done.evidence.get(control)!;
  const [, domain] = mail.to.split("@");
  const connected = sessions.filter(({ witness }) => witness === "attacker");
  const begun = await read(control, "tcp.flags.syn == 1 && tcp.flags.ack == 0", "ip.dst", "ipv6.dst");
  expect(begun.map((line) => line.trim())).toEqual(connected.map(({ localAddress }) => localAddress));
  const questions = await read(control, "dns.flags.response == 0", "udp.srcport", "dns.id", "dns.qry.name");
  expect(new Set(questions).size).toBe(questions.length);
  const names = questions.map((line) => line.split("\t")[2]?.toLowerCase() ?? "");
  expect(names).toContain(domain);
  expect(names.filter((name) => name !== domain && !name.endsWith(`.${domain}`))).toEqual([]);
});

test("packets of attacks are kept, and no others", () => {
  const kept = [...done.evidence.values()].filter(({ packets }) => packets !== null);
  expect(new Set(kept.map(({ trial }) => trial.split("/")[0]))).toEqual(new Set([scenario]));
  expect(kept).toHaveLength(done.packets.size);
});
