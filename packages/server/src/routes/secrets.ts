import { MainspringError } from "@mainspring/core";
import { deleteSecret, listSecrets, putSecret, recordAudit, rotateTenantKey } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

export function secretHandlers({ store }: Services): Handlers<"secrets"> {
  return {
    list: async ({ query, caller }) => ({
      status: 200,
      body: await store.tenant(caller.tenantId, (db) => listSecrets(db, query)),
    }),
    async set({ params: { name }, body: { value }, caller }) {
      const by = actorOf(caller);
      const secret = await store.tenant(caller.tenantId, async (db) => {
        const put = await putSecret(db, { name, value, by });
        const details = { version: put.version };
        await recordAudit(db, { actor: by, action: "secret.set", subject: `secret:${name}`, details });
        return put;
      });
      return { status: secret.version === 1 ? 201 : 200, body: secret };
    },
    async remove({ params: { name }, caller }) {
      const wasThere = await store.tenant(caller.tenantId, async (db) => {
        const deleted = await deleteSecret(db, name);
        if (deleted)
          await recordAudit(db, { actor: actorOf(caller), action: "secret.delete", subject: `secret:${name}` });
        return deleted;
      });
      if (!wasThere) throw new MainspringError("SECRET_NOT_FOUND");
      return { status: 204 };
    },
    async rotateKey({ caller }) {
      const keyVersion = await store.tenant(caller.tenantId, async (db) => {
        const version = await rotateTenantKey(db);
        const subject = `tenant-key:${version}`;
        await recordAudit(db, { actor: actorOf(caller), action: "tenant-key.rotate", subject });
        return version;
      });
      return { status: 200, body: { keyVersion } };
    },
  };
}
