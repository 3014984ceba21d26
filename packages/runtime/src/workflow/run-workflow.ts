import type { Program } from "@mainspring/core";
import { ApplicationFailure, CancellationScope, CancelledFailure, workflowInfo } from "@temporalio/workflow";
import type { StartInput } from "../activities/contract.ts";
import { Crossing } from "../wire/crossing.ts";
import { Shell, type Checkpoint } from "./shell.ts";

export { workflowRuntimeV2ScheduleTick } from "./schedule-tick.ts";

/**
 * A run of an authored workflow. The first execution of a run's chain gets its start alone; those after a continue-as-new also the
 * program and the checkpoint, each a payload of its own so that the codec can replace it by a reference.
 */
export async function workflowRuntimeV2RunWorkflow(
  start: StartInput,
  program?: Program,
  checkpoint?: Checkpoint,
): Promise<unknown> {
  const shell = new Shell(start, CancellationScope.current());
  // Cancelling is the interpreter's business: it undoes what is open, and only then does the execution end as cancelled.
  const outcome = await CancellationScope.nonCancellable(() => shell.run(program, checkpoint));
  switch (outcome.status) {
    case "succeeded":
      // A parent sees more of its child than the output.
      return new Crossing(
        start.tenantId,
        workflowInfo().parent === undefined ? outcome.output : shell.childReturn(outcome.output),
      );
    case "canceled":
      throw new CancelledFailure(outcome.error.message);
    case "failed": {
      // No codec sees a failure's message, so it tells the code alone; the details, which codecs see, tell all.
      const { category, code } = outcome.error;
      const failure = ApplicationFailure.create({
        type: category,
        message: code,
        nonRetryable: true,
        details: [new Crossing(start.tenantId, outcome.error)],
      });
      failure.stack = `${category}: ${code}`; // the stack of our shell tells nobody anything, and is kilobytes of history
      throw failure;
    }
  }
}
