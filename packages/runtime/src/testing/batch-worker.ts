// A worker process with batched actions, to be killed.
import { batchedDouble, batchedOrder } from "./batched-actions.ts";
import { runTestWorker } from "./run-test-worker.ts";

await runTestWorker([batchedOrder, batchedDouble]);
