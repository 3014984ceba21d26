import { getHeapStatistics } from "node:v8";

const variable = "MAINSPRING_CACHED_RUNS";
/** What a worker needs beside the runs that it keeps. */
const ownBytes = 200 * 2 ** 20;
/** A parked run's sandbox, with room for the garbage that its tasks make: as the SDK reckons. */
const bytesOfRun = 1.7 * 2 ** 20;
const runsMin = 10;

/**
 * How many runs a worker keeps in memory between their workflow tasks. A run that was put out reads its history again when it is resumed; and
 * runs that are resumed in the order in which they parked find none of theirs in a cache that has not room for all.
 * @throws Error that names the variable
 */
export function cachedRunsFromEnvironment(env: NodeJS.ProcessEnv): number {
  const text = env[variable];
  if (text === undefined || text === "") return cachedRunsOf(getHeapStatistics().heap_size_limit);
  const runs = Number(text);
  if (Number.isInteger(runs) && runs >= runsMin) return runs;
  throw new Error(`${variable} is ${text}: set it to a whole number from ${runsMin}`);
}

/** @param heapBytes how much V8 allows the process: a container's memory limit lowers it */
export function cachedRunsOf(heapBytes: number): number {
  return Math.max(Math.floor((heapBytes - ownBytes) / bytesOfRun), runsMin);
}
