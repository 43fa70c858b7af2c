import { describe, expect, it } from "vitest";
import { alert, RecordSplitter, readAlert } from "./tls-records.ts";

describe("RecordSplitter", () => {
  const records = [
    Buffer.from([22, 3, 1, 0, 3, 1, 2, 3]),
    Buffer.from([20, 3, 3, 0, 1, 1]),
    Buffer.from([23, 3, 3, 1, 0, ...Buffer.alloc(256, 7)]),
  ];

  it.each([1, 4, 9, 1000])("finds the records again in pieces of %i octets", (octets) => {
    const splitter = new RecordSplitter();
    const stream = Buffer.concat(records);
    const found: Buffer[] = [];
    for (let start = 0; start < stream.length; start += octets)
      found.push(...splitter.push(stream.subarray(start, start + octets)));
    expect(found).toEqual(records);
    expect(splitter.takeRest()).toHaveLength(0);
  });

  it("gives what came of a record that did not end", () => {
    const splitter = new RecordSplitter();
    expect(splitter.push(Buffer.from([22, 3, 1, 0, 2, 1, 2, 21, 3]))).toHaveLength(1);
    expect(splitter.takeRest()).toEqual(Buffer.from([21, 3]));
    expect(splitter.takeRest()).toHaveLength(0);
  });
});

describe("alerts", () => {
  it("have the numbers of RFC 8446 section 6", () => {
    expect(readAlert(alert("fatal", "inappropriate_fallback"))).toBe("fatal 86");
    expect(readAlert(alert("warning", "close_notify"))).toBe("warning 0");
  });
});
