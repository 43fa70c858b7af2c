import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import type { Engine } from "../lab/engine.ts";
import { fakeEngine } from "../lab/engine-fake.ts";
import { runLabel } from "../lab/lab.ts";
import { ownerLabels, stillLives } from "./sweep.ts";

/** The id of a process that is over. */
const gone = String(spawnSync(process.execPath, ["--version"]).pid);

async function leave(engine: Engine, name: string, owner: Readonly<Record<string, string>>): Promise<void> {
  const labels = { [runLabel]: name, ...owner };
  const network = { name: `net-${name}`, ipv4: "198.18.16.0/20", ipv6: "2001:db8:101::/64", labels };
  await engine.createNetwork(network);
  await engine.start({
    name,
    image: "danelab/farm:x",
    command: [],
    labels,
    network: { join: network, ipv4: "198.18.16.2", ipv6: "2001:db8:101::2" },
    files: [],
    capabilities: [],
    tmpfs: {},
  });
}

test("only what nobody holds any more is swept", async () => {
  const engine = fakeEngine();
  await leave(engine, "killed", { ...ownerLabels(false), "danelab.pid": gone });
  await leave(engine, "running", ownerLabels(false));
  await leave(engine, "kept", { ...ownerLabels(true), "danelab.pid": gone });
  await leave(engine, "elsewhere", { "danelab.host": `not-${hostname()}`, "danelab.pid": gone });
  await leave(engine, "of-init", { ...ownerLabels(false), "danelab.pid": "1" });
  await leave(engine, "unmarked", {});

  expect(new Set(await engine.sweep(runLabel, stillLives))).toEqual(
    new Set(["killed", "net-killed", "unmarked", "net-unmarked"]),
  );
  expect([...engine.containers.keys()]).toEqual(["running", "kept", "elsewhere", "of-init"]);
});

test("what is not danelab's is never swept", async () => {
  const engine = fakeEngine();
  await leave(engine, "killed", { "danelab.pid": gone });
  expect(await engine.sweep("another.label", () => false)).toEqual([]);
});
