import { tenantAttribute, workflowAttribute } from "@mainspring/core";
import type { Client, Connection } from "@temporalio/client";
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from "@temporalio/common";

/** What was seen of a namespace holds for so long. */
const believedMs = 60_000;
const askWithinMs = 1_000;
/** Of Temporal's enumeration of value types. */
const keyword = 2;

const seen = new WeakMap<Client, { readonly untilMs: number; readonly known: Promise<boolean> }>();

/**
 * Tenant and workflow as keyword search attributes of a run, where the namespace has both; otherwise none, for Temporal refuses a start with
 * an attribute that it does not know.
 */
export async function searchAttributes(
  client: Client,
  run: { readonly tenantId: string; readonly workflow: string },
): Promise<{ readonly typedSearchAttributes?: SearchAttributePair[] }> {
  let answer = seen.get(client);
  if (answer === undefined || answer.untilMs < Date.now()) {
    answer = { untilMs: Date.now() + believedMs, known: hasBoth(client) };
    seen.set(client, answer);
  }
  if (!(await answer.known)) return {};
  return {
    typedSearchAttributes: [
      { key: defineSearchAttributeKey(tenantAttribute, SearchAttributeType.KEYWORD), value: run.tenantId },
      { key: defineSearchAttributeKey(workflowAttribute, SearchAttributeType.KEYWORD), value: run.workflow },
    ],
  };
}

/** A namespace that does not say has none: they are a convenience of Temporal's own UI. */
async function hasBoth(client: Client): Promise<boolean> {
  const connection = client.connection as Connection;
  try {
    const { customAttributes } = await connection.withDeadline(Date.now() + askWithinMs, () =>
      connection.operatorService.listSearchAttributes({ namespace: client.options.namespace }),
    );
    return [tenantAttribute, workflowAttribute].every((name) => customAttributes?.[name] === keyword);
  } catch {
    return false;
  }
}
