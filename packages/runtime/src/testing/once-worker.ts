// A worker process whose calls may be made once only, and hang: to be killed in one.
import { onceAction } from "./once-action.ts";
import { runTestWorker } from "./run-test-worker.ts";

await runTestWorker([onceAction]);
