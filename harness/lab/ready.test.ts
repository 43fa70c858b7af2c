import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encodeQuery } from "../dns/message.ts";
import { plan } from "../model/plan.ts";
import { loadScenarios } from "../run/load-scenarios.ts";
import { compileWorld } from "../world/world.ts";
import { proveResolver } from "./ready.ts";
import { loadRegistry } from "./registry.ts";
import { chooseStacks } from "./stacks.ts";

const canaries = (await loadScenarios([])).filter(({ canary }) => canary);
const stacks = chooseStacks(await loadRegistry(), { senders: ["postfix"], resolvers: ["unbound"] });
const planned = plan(canaries, { stacks, policies: ["dane"] });
const world = compileWorld(planned, { subnet: 1, now: new Date() });
const keys = world.zoneFor({ name: ".", type: "SOA" }, 0).keysOf(".") ?? [];

/** An answer for the root's DNSKEY (RFC 1035 4.1). */
function rootAnswer(rcode: number, ad: boolean, rdatas: readonly Uint8Array[] = keys): Uint8Array {
  const query = Buffer.from(encodeQuery({ name: ".", type: "DNSKEY" }, { ...flags, edns: false }));
  query.writeUInt16BE(0x8180 | (ad ? 0x20 : 0) | rcode, 2);
  query.writeUInt16BE(rdatas.length, 6);
  const records = rdatas.map((rdata) => {
    const head = Buffer.from([0, 0, 48, 0, 1, 0, 0, 0, 60, rdata.length >> 8, rdata.length & 255]);
    return Buffer.concat([head, rdata]);
  });
  return Buffer.concat([query, ...records]);
}

const flags = { rd: true, ad: true, cd: false, do: true } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What it told on its way, where the resolver answers these one after the other, and the last for ever. */
async function proving(answers: readonly (() => Uint8Array)[]): Promise<readonly string[]> {
  const told: string[] = [];
  let at = 0;
  const ask = async (): Promise<Uint8Array> => (answers[at++] ?? answers.at(-1) ?? silent)();
  const proof = proveResolver(
    "192.0.2.53",
    planned,
    world,
    { ask },
    new AbortController().signal,
    (line) => void told.push(line),
  );
  const outcome = proof.then(
    () => [],
    (error) => [`${error.message}`],
  );
  await vi.advanceTimersByTimeAsync(700_000);
  return [...told, ...(await outcome)];
}

function silent(): never {
  throw new Error("no answer");
}

test("it is told what the resolver lacks, until it validates by the lab's root", async () => {
  const other = keys.map((key) => Buffer.from(key).fill(7, 4));
  const about = "192.0.2.53 says of . DNSKEY: ";
  const told = await proving([
    silent,
    silent,
    () => rootAnswer(5, false, []),
    () => rootAnswer(0, true, other),
    () => rootAnswer(2, false, []),
    () => rootAnswer(0, false),
    () => rootAnswer(0, true),
  ]);
  expect(told.slice(0, 6)).toEqual([
    `${about}no answer`,
    `${about}REFUSED`,
    `${about}the keys of another root`,
    `${about}SERVFAIL; it may have another trust anchor, or not reach danelab`,
    `${about}no AD; it does not validate, or has no trust anchor for the root`,
    `${about}secure`,
  ]);
  expect(told[6]).toMatch(/^192\.0\.2\.53 says of canary-good\..* MX: secure$/);
  expect(told).toHaveLength(7);
});

test("one that never does is given up, with what was last seen of it", async () => {
  expect((await proving([() => rootAnswer(0, false)])).at(-1)).toBe(
    "waited 600 s for 192.0.2.53 to validate by the lab's root; last seen: . DNSKEY: no AD; it does not validate, or has no trust anchor for the root",
  );
});
