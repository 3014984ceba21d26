/** The queue of the hand-written worker. */
export const handWrittenQueue = "bench-hand-written";
