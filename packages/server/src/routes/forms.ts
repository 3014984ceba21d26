import { issueOf } from "@mainspring/api";
import type { FormReply } from "@mainspring/api";
import { checkSchema, MainspringError, systemForm, systemForms } from "@mainspring/core";
import type { Json, JsonObject } from "@mainspring/core";
import { deleteForm, getForm, listForms, putForm, recordAudit } from "@mainspring/store";
import type { ListedForm } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

const ofTheSystem = Object.entries(systemForms).map(([name, form]) => ({ name, ...form }));

export function formHandlers({ store }: Services): Handlers<"forms"> {
  return {
    async list({ query, caller }) {
      const { items, nextCursor } = await store.tenant(caller.tenantId, (db) => listForms(db, query, ofTheSystem));
      return { status: 200, body: { items: items.map(present), nextCursor } };
    },
    async get({ params: { name }, caller }) {
      const row = await store.tenant(caller.tenantId, (db) => getForm(db, name));
      if (row !== undefined) return { status: 200, body: present(row) };
      const system = systemForm(name);
      if (system === undefined) throw new MainspringError("FORM_NOT_FOUND");
      return { status: 200, body: present({ name, ...system, ...nobodys }) };
    },
    async put({ params: { name }, body, ifMatch, caller }) {
      refuseForm(body.schema);
      const by = actorOf(caller);
      const title = body.title ?? name;
      const done = await store.tenant(caller.tenantId, async (db) => {
        const more = ifMatch === undefined ? {} : { ifRevision: ifMatch };
        const put = await putForm(db, { name, title, schema: body.schema, by, ...more });
        if (put !== undefined)
          await recordAudit(db, {
            actor: by,
            action: put.created ? "form.create" : "form.update",
            subject: `form:${name}`,
            details: { revision: put.form.revision },
          });
        return put;
      });
      if (done === undefined)
        throw new MainspringError("REVISION_MISMATCH", {}, `the form is not at revision ${ifMatch ?? ""}`);
      return {
        status: done.created ? 201 : 200,
        body: present(done.form),
        headers: { etag: `"${done.form.revision ?? 1}"` },
      };
    },
    async remove({ params: { name }, caller }) {
      const by = actorOf(caller);
      const wasThere = await store.tenant(caller.tenantId, async (db) => {
        const deleted = await deleteForm(db, name);
        if (deleted) await recordAudit(db, { actor: by, action: "form.delete", subject: `form:${name}` });
        return deleted;
      });
      if (!wasThere) throw new MainspringError("FORM_NOT_FOUND");
      return { status: 204 };
    },
  };
}

const nobodys = { revision: null, updatedAt: null, updatedBy: null } as const;

/** @throws MainspringError FORM_INVALID, with pointers into the body */
export function refuseForm(schema: JsonObject): void {
  const issues = checkSchema(schema).map(({ code, pointer, message }) => issueOf(code, `/schema${pointer}`, message));
  if (issues.length > 0) throw new MainspringError("FORM_INVALID", { issues: issues as unknown as Json });
}

function present({ name, title, schema, revision, updatedAt, updatedBy }: ListedForm): FormReply {
  return { name, title, schema, system: revision === null, revision, updatedAt, updatedBy };
}
