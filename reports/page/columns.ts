/**
 * Rows as columns, each with its distinct values once. A matrix says the same few things thousands of times: so it is a
 * fraction of the text to store, and to read in a browser.
 */
export interface Columns {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
}

interface Column {
  /** Each once. */
  readonly values: readonly unknown[];
  /** By row, the place of its value; -1: the row has no such field. */
  readonly places: readonly number[];
}

export function toColumns(rows: readonly Readonly<Record<string, unknown>>[]): Columns {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const columnOf = (name: string): Column => {
    const values: unknown[] = [];
    const known = new Map<string, number>();
    const places = rows.map((row) => {
      const value = row[name];
      if (value === undefined) return -1;
      const text = JSON.stringify(value);
      const place = known.get(text);
      if (place !== undefined) return place;
      known.set(text, values.length);
      return values.push(value) - 1;
    });
    return { values, places };
  };
  return { rows: rows.length, columns: Object.fromEntries([...names].map((name) => [name, columnOf(name)])) };
}

/** The rows again. Equal values are one and the same object. */
export function fromColumns({ rows, columns }: Columns): readonly Record<string, unknown>[] {
  const all = Array.from({ length: rows }, (): Record<string, unknown> => ({}));
  for (const [name, { values, places }] of Object.entries(columns)) {
    for (let row = 0; row < rows; row++) {
      const [one, place = -1] = [all[row], places[row]];
      if (one && place >= 0) one[name] = values[place];
    }
  }
  return all;
}
