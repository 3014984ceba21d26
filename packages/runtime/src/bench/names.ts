/** The queue of the hand-written worker. */
export const handWrittenQueue = "bench-hand-written";
export const mixedPureSteps = 200;
export const mixedActions = 5;
export const batchItems = 1_000;
