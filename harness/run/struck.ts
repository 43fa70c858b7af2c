import type { Trial } from "../model/plan.ts";

/**
 * Where a stack's resolver dies of a message, all messages that are under way suffer. They are sent again, in a stack that has just
 * started: apart, until the one that it dies of is alone.
 */

/** The trials of each message: a message for several recipients is one. */
export function messagesOf(trials: readonly Trial[]): readonly (readonly Trial[])[] {
  return [...Map.groupBy(trials, ({ carrier, id }) => carrier ?? id).values()];
}

/** Those to be sent again together, in order. `isOdd`: processes have ended over records like the trial's. */
export function partsToSendAgain(
  trials: readonly Trial[],
  isOdd: (trial: Trial) => boolean,
): readonly (readonly Trial[])[] {
  const [odd, others] = [true, false].map((wanted) =>
    messagesOf(trials).filter((message) => message.some(isOdd) === wanted),
  );
  if (!odd || !others || others.length === 0) return odd ?? [];
  // Those that most likely were only near come last, and the canaries of the end with them.
  if (odd.length > 0) return [...odd, others.flat()];
  const half = Math.ceil(others.length / 2);
  return [others.slice(0, half).flat(), others.slice(half).flat()].filter(({ length }) => length > 0);
}
