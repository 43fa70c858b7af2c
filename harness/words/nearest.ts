/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The word that a misspelt one most likely meant; undefined where none is close. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  // Of a short word nothing would be left: "mx" is not meant by "ee".
  const most = Math.min(Math.max(2, Math.ceil(word.length / 3)), word.length - 1);
  return best && best.distance <= most ? best.candidate : undefined;
}

/** To be put behind what was said of the word; empty where none is close. */
export function meant(word: string, words: readonly string[]): string {
  const close = nearest(word, words);
  return close === undefined ? "" : `; did you mean "${close}"?`;
}
