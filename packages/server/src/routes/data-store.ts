import { canonicalJson, MainspringError } from "@mainspring/core";
import { deleteData, getData, listData, listNamespaces, putData, recordAudit } from "@mainspring/store";
import type { DataPlace, DataRow } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

const valueMaxBytes = 256 * 1024;

export function dataStoreHandlers({ store }: Services): Handlers<"dataStore"> {
  return {
    listNamespaces: async ({ query, caller }) => ({
      status: 200,
      body: await store.tenant(caller.tenantId, (db) => listNamespaces(db, query)),
    }),
    async listKeys({ params: { namespace }, query, caller }) {
      const page = await store.tenant(caller.tenantId, (db) => listData(db, namespace, query));
      // A namespace is what its keys make it: without any there is none.
      if (page.items.length === 0 && query.cursor === undefined && query.prefix === undefined)
        throw new MainspringError("DATA_NOT_FOUND");
      return { status: 200, body: page };
    },
    async get({ params, caller }) {
      const row = await store.tenant(caller.tenantId, (db) => getData(db, params));
      if (row === undefined) throw new MainspringError("DATA_NOT_FOUND");
      return { status: 200, body: row, headers: etag(row) };
    },
    async put({ params, body, ifMatch, caller }) {
      const bytes = Buffer.byteLength(canonicalJson(body.value));
      if (bytes > valueMaxBytes)
        throw new MainspringError("DATA_VALUE_TOO_LARGE", { bytes }, `the value has ${bytes} bytes`);
      const by = actorOf(caller);
      const { expectedVersion = ifMatch, ...write } = body;
      const row = await store.tenant(caller.tenantId, async (db) => {
        const done = await putData(db, { ...params, ...write, expectedVersion, by });
        if (done.result === "conflict") throw conflict(params, done.version);
        const { version, expiresAt, createdAt, updatedAt } = done;
        await recordAudit(db, { actor: by, action: "data.put", subject: subjectOf(params), details: { version } });
        return { ...params, value: body.value, version, expiresAt, createdAt, updatedAt, updatedBy: by };
      });
      return { status: row.version === 1 ? 201 : 200, body: row, headers: etag(row) };
    },
    async remove({ params, ifMatch, caller }) {
      await store.tenant(caller.tenantId, async (db) => {
        const done = await deleteData(db, { ...params, expectedVersion: ifMatch });
        if (done.result === "absent") throw new MainspringError("DATA_NOT_FOUND");
        if (done.result === "conflict") throw conflict(params, done.version);
        await recordAudit(db, { actor: actorOf(caller), action: "data.delete", subject: subjectOf(params) });
      });
      return { status: 204 };
    },
  };
}

function conflict({ namespace, key }: DataPlace, version: number): MainspringError {
  const at = version === 0 ? "absent" : `at version ${version}`;
  return new MainspringError("DATA_VERSION_CONFLICT", { version }, `${namespace}/${key} is ${at}`);
}

function subjectOf({ namespace, key }: DataPlace): string {
  return `data:${namespace}/${key}`;
}

function etag({ version }: Pick<DataRow, "version">): { readonly etag: string } {
  return { etag: `"${version}"` };
}
