import { MainspringError } from "@mainspring/core";
import type { RunWhyReply } from "@mainspring/api";
import type { Handlers } from "../http/handler.ts";
import { maskEvents } from "../present/event-redaction.ts";
import { nearEvents, presentDiff, presentMoment, presentWhy } from "../present/insight.ts";
import type { Services } from "../services.ts";

/** Runs that are looked at side by side. */
const atOnce = 4;

/** What can be told of runs beyond their rows. */
export function runInsightHandlers({
  store,
  insight,
  redaction,
}: Services): Pick<Handlers<"runs">, "why" | "whyMany" | "at" | "diff"> {
  const redactionOf = (tenantId: string, runId: string) => store.tenant(tenantId, (db) => redaction.ofRun(db, runId));
  const whyOf = async (tenantId: string, runId: string): Promise<RunWhyReply> => {
    const why = await insight.why({ tenantId, runId });
    return store.tenant(tenantId, async (db) =>
      presentWhy(why, await redaction.ofRun(db, runId), await maskEvents(db, redaction, nearEvents(why))),
    );
  };

  return {
    async why({ params, caller }) {
      return { status: 200, body: await whyOf(caller.tenantId, params.id) };
    },
    async whyMany({ body, caller }) {
      const ids = [...new Set(body.ids.map((id) => id.toLowerCase()))];
      const items: { id: string; why: RunWhyReply }[] = [];
      for (let i = 0; i < ids.length; i += atOnce) {
        const found = await Promise.all(
          ids.slice(i, i + atOnce).map(async (id) => {
            const why = await unlessMissing(whyOf(caller.tenantId, id));
            return why === undefined ? [] : [{ id, why }];
          }),
        );
        items.push(...found.flat());
      }
      return { status: 200, body: { items, asOf: new Date().toISOString() } };
    },
    async at({ params: { id, seq }, caller: { tenantId } }) {
      const moment = await insight.at({ tenantId, runId: id, seq });
      return { status: 200, body: presentMoment(id.toLowerCase(), moment, await redactionOf(tenantId, id)) };
    },
    async diff({ query: { a, b }, caller: { tenantId } }) {
      const diff = await insight.diff({ tenantId, a, b });
      const redact = { a: await redactionOf(tenantId, a), b: await redactionOf(tenantId, b) };
      return { status: 200, body: presentDiff(diff, redact) };
    },
  };
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof MainspringError && error.code === "RUN_NOT_FOUND") return undefined;
    throw error;
  }
}
