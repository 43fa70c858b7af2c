import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { engineHas, nothing } from "../lab/test-engine.ts";
import { home } from "../words/places.ts";
import { until } from "../words/until.ts";

/** danelab up and down, with every command that it prints. */

interface Said {
  readonly status: number;
  readonly out: string;
}

function execute(file: string, words: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(file, words, (error, out, err) => {
      resolve({ status: typeof error?.code === "number" ? error.code : error ? -1 : 0, out: out + err });
    });
    child.stdin?.end();
  });
}

const shell = (line: string): Promise<Said> => execute("sh", ["-c", line]);

/** Nobody else's. */
const id = `up-${process.pid}`;
let folder = "";
let watching: ChildProcess | undefined;
const danelab = (...words: readonly string[]): Promise<Said> => execute(join(home, "danelab"), words);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "danelab-up-"));
  await writeFile(
    join(folder, "up.ts"),
    `import { must, scenarios } from "danelab/vocabulary";
    export default scenarios("up", [
      { id: "${id}", title: "Up", cites: ["RFC 7672 2.2"], expect: { dane: must("authenticated") } },
    ]);`,
  );
});
afterAll(async () => {
  watching?.kill();
  await danelab("down", id);
  await rm(folder, { recursive: true });
});

test("a lab stays up, every command of its guide works, and down leaves nothing", async () => {
  const up = ["up", id, "--scenarios", folder];
  const raised = await danelab(...up);
  expect(raised).toMatchObject({ status: 0, out: expect.stringContaining(`The lab of ${id} is up`) });
  expect((await engineHas(`danelab.up=${id}`)).containers).toHaveLength(5);

  const commands = raised.out.split("\n").filter((line) => /^ {2}(docker|printf) /.test(line));
  const take = (part: string): readonly string[] => {
    const found = commands.filter((line) => line.includes(part));
    for (const line of found) left.delete(line);
    return found;
  };
  const left = new Set(commands);
  const one = (part: string): string => {
    const [line = "", ...more] = take(part);
    expect({ part, line, more }).toMatchObject({ line: expect.stringContaining(part), more: [] });
    return line;
  };

  let packets = "";
  watching = spawn("sh", ["-c", one("tcpdump")], { stdio: ["ignore", "pipe", "pipe"] });
  const heard = (chunk: Buffer): void => {
    packets += chunk.toString("utf8");
  };
  watching.stdout?.on("data", heard);
  watching.stderr?.on("data", heard);
  const deadline = (waitedFor: string, lastSeen: () => string) => ({ ms: 20_000, waitedFor, lastSeen });
  await until(
    () => packets.includes("listening on") || undefined,
    deadline("tcpdump", () => packets),
  );

  const sends = take("sendmail -f");
  expect(sends).toHaveLength(3);
  for (const line of sends) expect(await shell(line)).toEqual({ status: 0, out: "" });
  const log = one("docker logs");
  let logged = "";
  await until(
    async () => {
      logged = (await shell(log)).out;
      return ["dane", "dane-only", "may"].every((policy) =>
        new RegExp(`to=<u@${id}\\.${policy}\\.example>.*status=sent`).test(logged),
      )
        ? true
        : undefined;
    },
    deadline("three deliveries", () => logged),
  );
  expect(logged).toMatch(/Verified TLS connection established to mx\.\S+\.dane\.example/);
  await until(
    () => /\.25: Flags/.test(packets) || undefined,
    deadline("packets of SMTP", () => packets),
  );

  expect(await shell(one("sendmail -q"))).toEqual({ status: 0, out: "" });
  expect(await shell(one("mailq"))).toMatchObject({ status: 0, out: expect.stringContaining("empty") });
  for (const [line, record] of [
    [one(" MX"), /IN\s+MX\s+10 mx\./],
    [one(" TLSA"), /IN\s+TLSA\s+3 1 1 /],
  ] as const) {
    const { status, out } = await shell(line);
    expect({ status, out }).toMatchObject({ status: 0, out: expect.stringMatching(record) });
    expect(out).toMatch(/;; flags:[^;]* ad[ ;]/);
  }
  const { status, out } = await shell(one("openssl"));
  expect({ status, out }).toMatchObject({ status: 0, out: expect.stringContaining("Verification: OK") });
  expect(out).toMatch(/DANE TLSA 3 1 1 \S+ matched the EE certificate at depth 0/);
  expect([...left]).toEqual([]);

  const once = await danelab(...up);
  expect(once).toMatchObject({ status: 0, out: expect.stringContaining(`The lab of ${id} was up already.`) });
  expect(once.out).toContain(log);
  expect((await engineHas(`danelab.up=${id}`)).networks).toHaveLength(1);

  expect(await danelab("down", id)).toEqual({ status: 0, out: `ended: ${id}\n` });
  expect(await engineHas(`danelab.up=${id}`)).toEqual(nothing);
  expect(await danelab("down", id)).toMatchObject({
    status: 2,
    out: expect.stringContaining(`the lab of "${id}" is not up`),
  });
});
