import { HarnessError } from "./errors.ts";

/** What an awaited promise waited for, how long at most, and what was last seen if it did not come. */
export interface Deadline {
  readonly ms: number;
  readonly waitedFor: string;
  readonly lastSeen?: () => string;
  /** Milliseconds since the epoch: the time runs from this last sign of progress, where it is later than the beginning. */
  readonly renewed?: () => number;
  readonly signal?: AbortSignal;
}

function expired(deadline: Deadline): HarnessError {
  const seen = deadline.lastSeen?.();
  return new HarnessError(
    `waited ${deadline.ms / 1000} s for ${deadline.waitedFor}${seen ? `; last seen: ${seen}` : ""}`,
  );
}

/** The promise's value, or a HarnessError that names what was waited for. */
export async function within<T>(promise: Promise<T>, deadline: Deadline): Promise<T> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const expire = (): void => {
    const left = (deadline.renewed?.() ?? 0) + deadline.ms - Date.now();
    if (left > 0) timer = setTimeout(expire, left);
    else reject(expired(deadline));
  };
  let timer = setTimeout(expire, deadline.ms);
  const abort = () => reject(deadline.signal?.reason ?? new HarnessError("interrupted"));
  deadline.signal?.addEventListener("abort", abort, { once: true });
  if (deadline.signal?.aborted) abort();
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
    deadline.signal?.removeEventListener("abort", abort);
  }
}

/** Asks again and again until an answer other than undefined comes. A question that hangs does not outlast the deadline. */
export async function until<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  deadline: Deadline,
  everyMs = 50,
): Promise<T> {
  deadline.signal?.throwIfAborted();
  let over = false;
  const poll = async (): Promise<T> => {
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      await pause(everyMs);
      if (over) throw expired(deadline);
    }
  };
  try {
    return await within(poll(), deadline);
  } finally {
    over = true;
  }
}

/** A timer, for polling and for back-off that a protocol prescribes; never to "let things settle". */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
