import { MainspringError } from "@mainspring/core";
import { deleteSavedView, insertSavedView, listSavedViews, recordAudit } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

export function savedViewHandlers({ store }: Services): Handlers<"savedViews"> {
  return {
    async list({ query, caller }) {
      const items = await store.tenant(caller.tenantId, (db) => listSavedViews(db, query.list));
      return { status: 200, body: { items, nextCursor: null } };
    },
    async create({ body, caller }) {
      const by = actorOf(caller);
      const view = await store.tenant(caller.tenantId, async (db) => {
        const made = await insertSavedView(db, { ...body, by });
        if (made !== undefined)
          await recordAudit(db, {
            actor: by,
            action: "saved-view.create",
            subject: `saved-view:${made.id}`,
            details: { list: made.list, name: made.name },
          });
        return made;
      });
      if (view === undefined)
        throw new MainspringError("SAVED_VIEW_EXISTS", {}, `${body.list} has a view "${body.name}" already`);
      return { status: 201, body: view };
    },
    async remove({ params: { id }, caller }) {
      const wasThere = await store.tenant(caller.tenantId, async (db) => {
        const deleted = await deleteSavedView(db, id);
        if (deleted)
          await recordAudit(db, { actor: actorOf(caller), action: "saved-view.delete", subject: `saved-view:${id}` });
        return deleted;
      });
      if (!wasThere) throw new MainspringError("SAVED_VIEW_NOT_FOUND");
      return { status: 204 };
    },
  };
}
