/** What there is to write on: a terminal of some width, or a file or pipe, which gets plain text of 100 columns. */

export interface Screen {
  readonly columns: number;
  readonly colour: boolean;
}

interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Narrower than this no table can be read. */
const narrowest = 40;

/** https://no-color.org: any text in NO_COLOR, but none. */
export function screenOf({ isTTY, columns }: Stream): Screen {
  if (isTTY !== true) return { columns: 100, colour: false };
  return { columns: Math.max(narrowest, columns || 80), colour: !process.env["NO_COLOR"] };
}

/** Of standard output. */
export function terminal(): Screen {
  return screenOf(process.stdout);
}

/** For one line behind the word "danelab: ", which is not to wrap. */
export function lineOptions(stream: Stream): Screen {
  const { columns, colour } = screenOf(stream);
  return { columns: stream.isTTY ? columns - 9 : 200, colour };
}
