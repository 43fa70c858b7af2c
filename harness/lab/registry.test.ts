import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UsageError } from "../words/errors.ts";
import { home } from "../words/places.ts";
import { loadRegistry } from "./registry.ts";
import { chooseStacks } from "./stacks.ts";
import { copyPostfix } from "./test-driver.ts";

const made = await mkdtemp(join(tmpdir(), "danelab-drivers-"));
afterAll(() => rm(made, { recursive: true }));
let count = 0;

const driverFolder = (change?: (driver: string) => string, divergences?: string): Promise<string> =>
  copyPostfix(join(made, `driver-${++count}`), change, divergences);

async function complaint(folder: string): Promise<string> {
  const error = await loadRegistry([folder]).then(
    () => new Error("nothing was complained of"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message.replace(folder, "DIR");
}

test("a driver from elsewhere stands beside danelab's own, and is what is run unless something else is chosen", async () => {
  const own = await loadRegistry();
  const folder = await driverFolder();
  const registry = await loadRegistry([folder]);
  const [last] = registry.senders.slice(-1);
  expect(registry.senders.slice(0, -1).map(({ driver }) => driver)).toEqual(
    own.senders.map(({ driver }) => driver),
  );
  expect(last).toMatchObject({ folder, brought: ["3.10"] });
  expect(registry.divergences.get("mine")).toEqual([]);

  const ids = (senders: readonly string[], resolvers: readonly string[] = []) =>
    chooseStacks(registry, { senders, resolvers }).map(({ id }) => id);
  const [unbound] = ids(["postfix@3.7"]).map((id) => id.replace(/.*\+/, ""));
  expect(ids([])).toEqual([`mine@3.10+${unbound}`]);
  expect(ids(["mine@3.7", "postfix@3.7"])).toEqual([`mine@3.7+${unbound}`, `postfix@3.7+${unbound}`]);
});

test.for<[what: string, change: (driver: string) => string, complaint: string]>([
  ["a member is missing", (text) => text.replace("queueId:", "queueIds:"), 'field "queueId": is missing'],
  [
    "a member has another name",
    (text) => `${text.replace("export default driver;", "")}
export default { ...driver, misconfigurd: () => false };`,
    'field "misconfigurd" is not known; did you mean "misconfigured"?',
  ],
  [
    "a function is none",
    (text) => text.replace(/createLogReader: \w+/, "createLogReader: 7"),
    'field "createLogReader": must be a function',
  ],
  [
    "there is no such role",
    (text) => text.replace('role: "sender"', 'role: "sendr"'),
    'field "role": Invalid option',
  ],
  [
    "the name is taken",
    (text) => text.replace('name: "mine"', 'name: "unbound"'),
    'field "name": "unbound" is taken, by the resolver in ',
  ],
  [
    "the name cannot be one",
    (text) => text.replace('name: "mine"', 'name: "My MTA"'),
    'field "name": must be made of lower case letters',
  ],
  ["it exports nothing", (text) => text.replace("export default", "void"), "what it exports: "],
  ["it cannot be loaded", (text) => `${text}(`, "cannot be loaded: "],
])("%s: file and field are named", async ([, change, message]) => {
  expect(await complaint(await driverFolder(change))).toMatch(
    new RegExp(`^DIR/driver\\.ts: ${message.replace(/[?.]/g, "\\$&")}`),
  );
});

test("a receiver can only be one of danelab's own", async () => {
  const folder = join(made, "a-receiver");
  await cp(join(home, "containers/receiver/postfix"), folder, { recursive: true });
  expect(await complaint(folder)).toBe(
    'DIR/driver.ts: field "role": is receiver; a driver from elsewhere is a sender or a resolver',
  );
});

test("divergences are looked at too", async () => {
  const folder = await driverFolder(undefined, 'export const divergences = [{ scenario: "ee-expired" }];');
  expect(await complaint(folder)).toBe('DIR/divergences.ts: field "divergences.0.policies": is missing');
});

test("a folder that is not there, and one without a Dockerfile", async () => {
  expect(await complaint(join(made, "none"))).toMatch(/^--driver DIR: ENOENT/);
  const folder = await driverFolder();
  await rm(join(folder, "Dockerfile"));
  expect(await complaint(folder)).toBe("DIR: has no Dockerfile");
});
