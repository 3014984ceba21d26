/*
 * Local activities of a run go one after the other. Side by side they would come back in any order while the run goes on, and on replay in
 * the order in which they were called, or several in one activation: entries and turns of the replay would be others.
 *
 * This module is evaluated once per run, as all that is not preloaded.
 */

const waiting: (() => void)[] = [];
let busy = false;

/** The same local activity, called when the ones before it have come back. */
export function oneAtATime<Args extends unknown[], Result>(
  call: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return (...args) => {
    if (!busy) return begin(call, args);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    return promise.then(() => begin(call, args));
  };
}

function begin<Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>, args: Args): Promise<Result> {
  busy = true;
  const result = call(...args);
  result.then(release, release);
  return result;
}

function release(): void {
  const next = waiting.shift();
  busy = next !== undefined;
  next?.();
}
