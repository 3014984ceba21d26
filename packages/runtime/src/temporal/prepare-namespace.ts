import { setTimeout as pause } from "node:timers/promises";
import { tenantAttribute, workflowAttribute } from "@mainspring/core";
import { Connection } from "@temporalio/client";
import { messageOf } from "./grpc.ts";

// gRPC's status "already exists".
const alreadyExists = 6;
/** Of Temporal's enumeration of value types. */
const keyword = 2;
const everyMs = 500;

export interface NamespaceWanted {
  readonly address: string;
  readonly namespace: string;
  /** How long Temporal keeps the history of a run that has ended. */
  readonly retentionDays: number;
  /** How long to wait for Temporal to answer and to know what was made. */
  readonly withinMs: number;
}

/**
 * Makes the namespace with the search attributes of runs, where they are missing, and waits until Temporal knows them.
 * @throws Error with what Temporal said last, when that is not so in time
 */
export async function prepareNamespace(wanted: NamespaceWanted): Promise<"made" | "found"> {
  const deadlineMs = performance.now() + wanted.withinMs;
  for (;;) {
    try {
      return await tryOnce(wanted);
    } catch (error) {
      if (performance.now() > deadlineMs)
        throw new Error(`Temporal at ${wanted.address}, namespace ${wanted.namespace}: ${messageOf(error)}`, {
          cause: error,
        });
      await pause(everyMs);
    }
  }
}

async function tryOnce({ address, namespace, retentionDays }: NamespaceWanted): Promise<"made" | "found"> {
  const connection = await Connection.connect({ address, connectTimeout: "2 seconds" });
  try {
    const made = await unlessThere(() =>
      connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: { seconds: (retentionDays * 86_400) as unknown as Long },
      }),
    );
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = [tenantAttribute, workflowAttribute].filter((name) => customAttributes?.[name] !== keyword);
    if (missing.length > 0)
      await unlessThere(() =>
        connection.operatorService.addSearchAttributes({
          namespace,
          searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
        }),
      );
    // Registered is not yet known to the frontend's cache.
    await connection.workflowService.listOpenWorkflowExecutions({ namespace, maximumPageSize: 1 });
    return made ? "made" : "found";
  } finally {
    await connection.close();
  }
}

async function unlessThere(make: () => Promise<unknown>): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if ((error as { readonly code?: number }).code === alreadyExists) return false;
    throw error;
  }
}

type Long = never;
