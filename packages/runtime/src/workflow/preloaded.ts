// Evaluated once per thread and shared by all runs: they hold no state of a run.
export { openCommands, resume, start } from "@mainspring/core";

// The SDK keeps the stack of every promise, each frame looked up in the source map, and asks an Error for it: a sixth of what the sandbox does
// (decision 107). An error thrown here still tells the two innermost places; after the preloading `Error` is frozen.
Object.assign(Error, { stackTraceLimit: 2 });
