import { expect, it } from "vitest";
import { pcapng } from "./pcapng.ts";

/** The blocks of a file, by the lengths that stand before and behind each. */
function blocksOf(file: Buffer): { readonly type: number; readonly body: Buffer }[] {
  const blocks = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    expect([length % 4, file.readUInt32LE(at + length - 4)]).toEqual([0, length]);
    blocks.push({ type: file.readUInt32LE(at), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

// What Wireshark makes of such a file is tested in the lab.
it("has packets with their times behind the secrets that they need, and is padded", () => {
  const at = Date.UTC(2026, 10, 24) * 1000 + 123_456;
  const frames = ["a", "", "four", "five!"].map((text) => Buffer.from(text));
  const [section, device, secrets, ...packets] = blocksOf(
    pcapng({
      comment: "Mail – and DNS",
      device: "eth0",
      packets: frames.map((frame, index) => ({ at: at + index, frame })),
      keys: ["CLIENT_RANDOM 01 02", "EXPORTER_SECRET 03 04"],
    }),
  );
  expect(section?.type).toBe(0x0a0d0d0a);
  expect(section?.body.toString()).toContain("Mail – and DNS");
  expect(device?.type).toBe(1);
  expect(device?.body.toString()).toContain("eth0");

  expect(secrets?.type).toBe(10);
  const length = secrets?.body.readUInt32LE(4) ?? 0;
  expect(secrets?.body.toString("latin1", 0, 4)).toBe("KSLT");
  expect(secrets?.body.toString("latin1", 8, 8 + length)).toBe(
    "CLIENT_RANDOM 01 02\nEXPORTER_SECRET 03 04\n",
  );

  expect(new Set(packets.map(({ type }) => type))).toEqual(new Set([6]));
  packets.forEach(({ body }, index) => {
    expect(body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8)).toBe(at + index);
    expect(body.readUInt32LE(12)).toBe(frames[index]?.length);
    expect(body.subarray(20, 20 + body.readUInt32LE(12))).toEqual(frames[index]);
  });
});

it("without secrets has no block for them", () => {
  const file = pcapng({ comment: "", device: "eth0", packets: [], keys: [] });
  expect(blocksOf(file).map(({ type }) => type)).toEqual([0x0a0d0d0a, 1]);
});
