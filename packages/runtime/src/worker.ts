// What starts a worker inside another process: tests and the development stack.
export { startRunWorker, type RunWorker, type WorkerOptions, type WorkerWaits } from "./worker/run-worker.ts";
export { workflowBundle } from "./worker/workflow-bundle.ts";
