/**
 * Lets so many works be under way at once, of all callers together; the others wait for their turn, in the order in which
 * they came.
 */
export function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let underWay = 0;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (underWay < most) underWay += 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes to the next in the queue, or is free.
      const next = queue.shift();
      if (next) next();
      else underWay -= 1;
    }
  };
}
