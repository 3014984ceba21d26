import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Connection } from "@temporalio/client";

const knownWithinMs = 30_000;

/** A namespace of its own on a shared test server: the queue's name is a constant, so worlds must not share one. */
export async function newNamespace(address: string): Promise<string> {
  const namespace = `t-${randomUUID().slice(0, 13)}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as unknown as Long },
    });
    // Registered is not yet known to the frontend's cache.
    const deadlineMs = performance.now() + knownWithinMs;
    while (!(await isKnown(connection, namespace))) {
      if (performance.now() > deadlineMs)
        throw new Error(`Temporal at ${address} does not know the namespace ${namespace}`);
      await pause(25);
    }
  } finally {
    await connection.close();
  }
  return namespace;
}

async function isKnown(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.listOpenWorkflowExecutions({ namespace, maximumPageSize: 1 });
    return true;
  } catch (error) {
    return !/not found/i.test((error as Error).message);
  }
}

type Long = never;
