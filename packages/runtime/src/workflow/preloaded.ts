// Evaluated once per thread and shared by all runs: they hold no state of a run.
export { openCommands, resume, start } from "@mainspring/core";
