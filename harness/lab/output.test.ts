import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ContainerOutput } from "./output.ts";

/** As the engine frames it: 1 is standard output, 2 standard error. */
function frame(stream: 1 | 2, text: string | Buffer): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function read(chunks: readonly Buffer[]): Promise<readonly string[]> {
  const stream = new PassThrough();
  const output = new ContainerOutput(stream);
  const lines: string[] = [];
  const followed = output.follow((line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await followed;
  return lines;
}

test("lines come from both streams, whole, however frames and chunks cut them", async () => {
  const bytes = Buffer.concat([
    frame(1, "a first line\nand a sec"),
    frame(2, "warning: é"),
    frame(1, "ond\n\n"),
    frame(2, " is é\r\n"),
  ]);
  const lines = ["a first line", "and a second", "", "warning: é is é"];
  expect(await read([bytes])).toEqual(lines);
  expect(await read([...bytes].map((octet) => Buffer.from([octet])))).toEqual(lines);
});

test("a character that two frames share stays one", async () => {
  const [first, second] = [Buffer.from("é\n").subarray(0, 1), Buffer.from("é\n").subarray(1)];
  expect(await read([frame(1, first), frame(1, second)])).toEqual(["é"]);
});

test("a reader that comes late gets all lines, in order", async () => {
  const stream = new PassThrough();
  const output = new ContainerOutput(stream);
  stream.write(frame(1, "early\n"));
  await new Promise((resolve) => setImmediate(resolve));
  const lines: string[] = [];
  const followed = output.follow((line) => lines.push(line));
  stream.end(frame(1, "late\n"));
  await followed;
  expect(lines).toEqual(["early", "late"]);
});

test("what the reader throws ends the following", async () => {
  const stream = new PassThrough();
  const followed = new ContainerOutput(stream).follow((line) => {
    throw new Error(`cannot read ${line}`);
  });
  stream.write(frame(1, "this\n"));
  await expect(followed).rejects.toThrow("cannot read this");
});

test("the last lines are told once the output has ended, also if it was read", async () => {
  const stream = new PassThrough();
  const output = new ContainerOutput(stream);
  void output.follow(() => undefined);
  const tail = output.tail(2);
  stream.write(frame(1, "1\n2\n"));
  stream.end(frame(2, "3\n"));
  expect(await tail).toBe("2\n3");
});
