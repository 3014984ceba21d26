import { issueOf } from "@mainspring/api";
import type { EventTypeReply } from "@mainspring/api";
import { checkSchema, MainspringError, validate } from "@mainspring/core";
import type { Json, JsonObject } from "@mainspring/core";
import { anyEvent, deleteEventType, getEventType, listEventTypes, putEventType, recordAudit } from "@mainspring/store";
import type { EventTypeRow } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

export function eventTypeHandlers({ store }: Services): Handlers<"eventTypes"> {
  return {
    async list({ query, caller }) {
      const { items, nextCursor } = await store.tenant(caller.tenantId, (db) => listEventTypes(db, query));
      return { status: 200, body: { items: items.map(present), nextCursor } };
    },
    async get({ params: { name }, caller }) {
      const row = await store.tenant(caller.tenantId, (db) => getEventType(db, name));
      if (row === undefined) throw new MainspringError("EVENT_TYPE_NOT_FOUND");
      return { status: 200, body: present(row), headers: { etag: `"${row.revision}"` } };
    },
    async put({ params: { name }, body, ifMatch, caller }) {
      refuseEventType(name, body.schema, body.samples);
      const by = actorOf(caller);
      const { description, schema, correlationPaths, samples } = body;
      const done = await store.tenant(caller.tenantId, async (db) => {
        const put = await putEventType(db, {
          name,
          correlationPaths,
          samples,
          by,
          ...(description === undefined ? {} : { description }),
          ...(schema === undefined ? {} : { schema }),
          ...(ifMatch === undefined ? {} : { ifRevision: ifMatch }),
        });
        if (put !== undefined)
          await recordAudit(db, {
            actor: by,
            action: put.created ? "event-type.create" : "event-type.update",
            subject: `event-type:${name}`,
            details: { revision: put.type.revision },
          });
        return put;
      });
      if (done === undefined)
        throw new MainspringError("REVISION_MISMATCH", {}, `the event type is not at revision ${ifMatch ?? ""}`);
      return {
        status: done.created ? 201 : 200,
        body: present(done.type),
        headers: { etag: `"${done.type.revision}"` },
      };
    },
    async remove({ params: { name }, caller }) {
      const by = actorOf(caller);
      const wasThere = await store.tenant(caller.tenantId, async (db) => {
        const deleted = await deleteEventType(db, name);
        if (deleted) await recordAudit(db, { actor: by, action: "event-type.delete", subject: `event-type:${name}` });
        return deleted;
      });
      if (!wasThere) throw new MainspringError("EVENT_TYPE_NOT_FOUND");
      return { status: 204 };
    },
  };
}

/** @throws MainspringError EVENT_TYPE_INVALID, with pointers into the body */
export function refuseEventType(name: string, schema: JsonObject | undefined, samples: readonly Json[]): void {
  if (schema === undefined) return;
  const unusable =
    name === anyEvent
      ? [
          issueOf(
            "EVENT_TYPE_INVALID",
            "/schema",
            "the type * has correlation paths alone: events of every name would be held to it",
          ),
        ]
      : checkSchema(schema).map(({ code, pointer, message }) => issueOf(code, `/schema${pointer}`, message));
  const issues =
    unusable.length > 0
      ? unusable
      : samples.flatMap((sample, i) =>
          validate(schema, sample).map(({ code, pointer, message }) =>
            issueOf(code, `/samples/${i}${pointer}`, message),
          ),
        );
  if (issues.length > 0) throw new MainspringError("EVENT_TYPE_INVALID", { issues: issues as unknown as Json });
}

function present({ schema, correlationPaths, samples, ...row }: EventTypeRow): EventTypeReply {
  return { ...row, schema, correlationPaths: [...correlationPaths], samples: [...samples] };
}
