import { vi } from "vitest";

/** The promise's value, with the clock made to run while it is waited for. */
export async function fastForward<T>(start: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  let settled = false;
  try {
    const running = start().finally(() => {
      settled = true;
    });
    running.catch(() => undefined);
    while (!settled) {
      await vi.advanceTimersByTimeAsync(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return await running;
  } finally {
    vi.useRealTimers();
  }
}
