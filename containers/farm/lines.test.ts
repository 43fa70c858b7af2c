import { describe, expect, it } from "vitest";
import { LineSplitter, textOf } from "./lines.ts";

describe("LineSplitter", () => {
  it("cuts at line feeds wherever the chunks end, and keeps each byte", () => {
    const bytes = Buffer.from("one\r\ntwo\nthree\r\n\r\nrest");
    for (let at = 0; at <= bytes.length; at += 1) {
      const splitter = new LineSplitter();
      const lines = [...splitter.push(bytes.subarray(0, at)), ...splitter.push(bytes.subarray(at))];
      expect(lines.map(String)).toEqual(["one\r\n", "two\n", "three\r\n", "\r\n"]);
      expect(String(splitter.takeRest())).toBe("rest");
      expect(splitter.takeRest()).toHaveLength(0);
    }
  });

  it("does not hoard a line without end", () => {
    const splitter = new LineSplitter();
    expect(splitter.push(Buffer.alloc(70_000, "x"))).toHaveLength(1);
    expect(splitter.takeRest()).toHaveLength(0);
  });
});

describe("textOf", () => {
  it("takes the line end off, and no other white space", () => {
    expect(textOf(Buffer.from("250 ok \r\n"))).toBe("250 ok ");
    expect(textOf(Buffer.from("250 ok\n"))).toBe("250 ok");
  });
});
