import { listAudit, verifyAudit } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";

export function auditHandlers({ store }: Services): Handlers<"audit"> {
  return {
    list: async ({ query: { cursor, limit, ...filter }, caller }) => ({
      status: 200,
      body: await store.tenant(caller.tenantId, (db) => listAudit(db, filter, { cursor, limit })),
    }),
    async verify({ query, caller }) {
      const { faults, ...found } = await store.tenant(caller.tenantId, (db) => verifyAudit(db, anchorOf(query)));
      return { status: 200, body: { ...found, faults: [...faults] } };
    },
  };
}

/** An entry as a `head` named it before. */
export function anchorOf({
  seq,
  hash,
}: {
  readonly seq?: number | undefined;
  readonly hash?: string | undefined;
}): { readonly seq: number; readonly hash: string } | undefined {
  return seq === undefined || hash === undefined ? undefined : { seq, hash };
}
