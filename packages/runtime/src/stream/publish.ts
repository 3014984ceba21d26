import { randomUUID } from "node:crypto";
import { currentTraceparent } from "../tracing/tracing.ts";
import { connectOnce, openRedis, endRedis, type RedisClient } from "./connection.ts";
import { messageFields, type WorkflowEvent } from "./message.ts";
import type { StreamSettings } from "./settings.ts";

export interface EventPublisher {
  /** Resolves when Redis has the event. From then on it is as safe as Redis keeps it; what is accepted is what the inbox has. */
  publish(event: WorkflowEvent): Promise<PublishedEvent>;
  close(): void;
}

export interface PublishedEvent {
  /** The producer's id, by which the event counts once. */
  readonly id: string;
  readonly stream: string;
  readonly entryId: string;
}

/** @throws Error when Redis cannot be reached */
export async function openEventPublisher(settings: Pick<StreamSettings, "url" | "prefix">): Promise<EventPublisher> {
  const client = await openRedis(settings.url, () => undefined);
  try {
    await connectOnce(client);
  } catch (error) {
    endRedis(client);
    throw error;
  }
  return {
    publish: (event) => publishWorkflowEvent({ client, prefix: settings.prefix }, event),
    close: () => endRedis(client),
  };
}

/** Puts an event into its tenant's stream, from which a worker takes it into the inbox as if it had come by the API. */
export async function publishWorkflowEvent(
  to: { readonly client: RedisClient; readonly prefix: string },
  event: WorkflowEvent,
): Promise<PublishedEvent> {
  const id = event.id ?? randomUUID();
  const stream = to.prefix + event.tenantId;
  const traceparent = event.traceparent ?? currentTraceparent();
  const entryId = await to.client.xAdd(
    stream,
    "*",
    messageFields({ ...event, id, ...(traceparent === undefined ? {} : { traceparent }) }),
  );
  return { id, stream, entryId: String(entryId) };
}
