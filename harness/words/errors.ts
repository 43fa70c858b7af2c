/** The harness itself could not do its work: exit status 3, trials it touched are `error`. */
export class HarnessError extends Error {
  override readonly name = "HarnessError";
}

/** The user's input cannot be used: exit status 2, before anything is started. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The text of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
