/** Lines that go out on one stream. */
export interface LinesTogether {
  send(line: string): void;
  /** Writes at once what is left. */
  flush(): void;
}

/** What is sent in one turn of the event loop is written at once: each write wakes all who stand between this and the reader. */
export function linesTogether(write: (text: string) => void): LinesTogether {
  const outgoing: string[] = [];
  const flush = (): void => {
    if (outgoing.length > 0) write(`${outgoing.splice(0).join("\n")}\n`);
  };
  return {
    send(line) {
      outgoing.push(line);
      if (outgoing.length === 1) setImmediate(flush);
    },
    flush,
  };
}
