// What starts a worker inside another process: tests and the development stack.
export { startRunWorker, type RunWorker, type WorkerOptions, type WorkerWaits } from "./worker/run-worker.ts";
export { quietRuntime } from "./worker/quiet-runtime.ts";
export { standInRegistry, type StoodInAnswer, type StoodInCall } from "./worker/stand-ins.ts";
export { stateAt } from "./rebuild/state-at.ts";
export { newNamespace } from "./temporal/namespace.ts";
export { workflowBundle } from "./worker/workflow-bundle.ts";
