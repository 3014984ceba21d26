import { randomUUID } from "node:crypto";
import { Connection } from "@temporalio/client";
import { until } from "./until.ts";

/** A namespace of its own on the shared test server: the queue's name is a constant, so files must not share one. */
export async function newNamespace(address: string): Promise<string> {
  const namespace = `t-${randomUUID().slice(0, 13)}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as unknown as Long } });
    // Registered is not yet known to the frontend's cache.
    await until("the namespace is known", async () => {
      await connection.workflowService.listOpenWorkflowExecutions({ namespace, maximumPageSize: 1 }).catch((error: Error) => {
        if (/not found/i.test(error.message)) throw error;
      });
      return true;
    });
  } finally {
    await connection.close();
  }
  return namespace;
}

type Long = never;

export function testTemporalAddress(): string {
  const address = process.env["MAINSPRING_TEST_TEMPORAL_ADDRESS"];
  if (address === undefined) throw new Error("MAINSPRING_TEST_TEMPORAL_ADDRESS is not set: run the tests with `npm test`, or see CONTRIBUTING.md");
  return address;
}
