import { describe, expect, it } from "vitest";
import { PcapReader } from "./pcap-reader.ts";

/** A savefile of these frames, at one second and as many microseconds as the frame's place. */
function savefile(
  frames: readonly Buffer[],
  endian: "LE" | "BE",
  { magic = 0xa1b2c3d4, link = 1 } = {},
): Buffer {
  const numbers = (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, index) => {
      bytes[`writeUInt32${endian}`](value, 4 * index);
    });
    return bytes;
  };
  return Buffer.concat([
    numbers(magic, 0x00040002, 0, 0, 262_144, link),
    ...frames.flatMap((frame, index) => [numbers(1, index, frame.length, frame.length), frame]),
  ]);
}

const frames = ["first", "", "the third"].map((text) => Buffer.from(text));

describe("a stream of tcpdump", () => {
  it.each(["LE", "BE"] as const)("gives its packets, wherever it is cut (%s)", (endian) => {
    const file = savefile(frames, endian);
    for (const size of [1, 7, 24, 41, file.length]) {
      const reader = new PcapReader();
      const packets = [];
      for (let at = 0; at < file.length; at += size)
        packets.push(...reader.push(file.subarray(at, at + size)));
      expect(packets.map(({ at, frame }) => [at, frame.toString()])).toEqual([
        [1_000_000, "first"],
        [1_000_001, ""],
        [1_000_002, "the third"],
      ]);
    }
  });

  it.each([
    ["not a capture", Buffer.from("tcpdump: no permission to capture"), "it begins with 74637064"],
    ["nanoseconds", savefile([], "LE", { magic: 0xa1b23c4d }), "it begins with 4d3cb2a1"],
    ["another link type", savefile([], "LE", { link: 276 }), "its link type is 276"],
  ])("that is none is refused: %s", (_, bytes, words) => {
    expect(() => new PcapReader().push(bytes)).toThrow(words);
  });

  it("that is out of step is refused, and not waited for", () => {
    const file = savefile([Buffer.alloc(8)], "LE");
    file.writeUInt32LE(0x7fffffff, 24 + 8);
    expect(() => new PcapReader().push(file)).toThrow("2147483647 octets");
  });
});
