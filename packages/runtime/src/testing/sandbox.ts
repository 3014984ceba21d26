import { fileURLToPath } from "node:url";
import { Client, Connection } from "@temporalio/client";
import { bundleWorkflowCode, NativeConnection, Worker } from "@temporalio/worker";
import { bundleOptions } from "../worker/workflow-bundle.ts";

export interface Sandbox {
  /** Runs one workflow to its end. @returns what it returned */
  run<T>(workflowType: string, ...args: unknown[]): Promise<T>;
  stop(): Promise<void>;
}

/** A worker for workflows of a benchmark or a test, bundled as those of the product are. @param workflows URL of the module */
export async function startSandbox(
  temporal: { readonly address: string; readonly namespace: string },
  workflows: URL,
): Promise<Sandbox> {
  const taskQueue = `sandbox-${crypto.randomUUID()}`;
  const workflowBundle = await bundleWorkflowCode({ ...bundleOptions, workflowsPath: fileURLToPath(workflows) });
  const connection = await NativeConnection.connect({ address: temporal.address });
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue,
    workflowBundle,
    maxCachedWorkflows: 10,
  });
  const ended = worker.run();
  const client = new Client({
    connection: await Connection.connect({ address: temporal.address }),
    namespace: temporal.namespace,
  });
  return {
    run: (workflowType, ...args) =>
      client.workflow.execute(workflowType, {
        taskQueue,
        workflowId: `sandbox-${crypto.randomUUID()}`,
        args,
        workflowTaskTimeout: "10 seconds",
      }),
    async stop() {
      worker.shutdown();
      await ended;
      await client.connection.close();
      await connection.close();
    },
  };
}
