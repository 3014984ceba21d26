import { issueOf } from "@mainspring/api";
import type { ScheduleReply, ScheduleSpecInput } from "@mainspring/api";
import { instantFromMs, instantMs, maskBySchema, MainspringError } from "@mainspring/core";
import type { Json, ScheduleSpec } from "@mainspring/core";
import { definitionOf, getSchedule, listSchedules } from "@mainspring/store";
import type { ScheduleRow, TenantDb } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

const nextFiresShown = 3;

export function scheduleHandlers({ store, schedules }: Services): Handlers<"schedules"> {
  const now = async (tenantId: string, row: ScheduleRow): Promise<ScheduleReply> =>
    store.tenant(tenantId, (db) => present(db, row));
  const previewed = async (
    tenantId: string,
    request: Omit<Parameters<Services["schedules"]["preview"]>[0], "tenantId">,
  ) => ({ items: await schedules.preview({ tenantId, ...request }), nextCursor: null });

  /** A schedule as it is shown. */
  async function present(db: TenantDb, row: ScheduleRow): Promise<ScheduleReply> {
    const pinned = await definitionOf(db, row.workflowKey);
    const { catchUpMs, businessDays, workflowKey, payload, wanted, synced, state, spec } = row;
    const schema = pinned?.payloadSchema ?? null;
    return {
      id: row.id,
      workflow: workflowKey,
      name: row.name,
      kind: row.kind,
      spec: { ...spec },
      payload: schema === null ? payload : maskBySchema(schema, payload),
      overlap: row.overlap,
      catchUpWindowMs: catchUpMs,
      jitterMs: row.jitterMs,
      businessDays: businessDays === null ? null : { calendar: businessDays },
      note: row.note,
      state,
      stateNote: row.stateNote,
      stateBy: row.stateBy,
      stateAt: row.stateAt,
      disabledReason: row.disabledReason,
      misfit: row.misfit,
      boundVersion: row.boundVersion,
      temporalScheduleId: row.temporalScheduleId,
      inSync: synced >= wanted,
      syncError: row.syncError,
      lastNominalAt: row.lastNominalAt,
      lastFiredAt: row.lastFiredAt,
      lastRunId: row.lastRunId,
      nextAt: state === "active" ? row.nextAt : null,
      nextFires: state === "active" ? await schedules.nextFires(db, row, nextFiresShown) : [],
      revision: row.revision,
      createdAt: row.createdAt,
      createdBy: row.createdBy,
      updatedAt: row.updatedAt,
      updatedBy: row.updatedBy,
    };
  }

  const changedState = async (
    action: "pause" | "unpause" | "disable" | "enable",
    tenantId: string,
    request: { readonly id: string; readonly by: string; readonly note: string | undefined },
  ) => {
    const row = await schedules.setState({ tenantId, action, ...request });
    return { status: 200 as const, body: await now(tenantId, row), headers: { etag: `"${row.revision}"` } };
  };

  return {
    async list({ query: { workflow, state, ...request }, caller }) {
      const page = await store.tenant(caller.tenantId, async (db) => {
        const { items, nextCursor } = await listSchedules(db, { workflow, state }, request);
        const shown: ScheduleReply[] = [];
        for (const row of items) shown.push(await present(db, row));
        return { items: shown, nextCursor };
      });
      return { status: 200, body: page };
    },
    async create({ body: { spec, ...settings }, idempotencyKey, caller }) {
      const { tenantId } = caller;
      const made = { tenantId, by: actorOf(caller), ...settings, spec: specOf(spec), idempotencyKey };
      const row = await schedules.create(made);
      return { status: 201, body: await now(tenantId, row), headers: { etag: `"${row.revision}"` } };
    },
    async previewSpec({ body: { spec, ...request }, caller }) {
      return { status: 200, body: await previewed(caller.tenantId, { spec: specOf(spec), ...request }) };
    },
    async get({ params, caller }) {
      const row = await existing(store, caller.tenantId, params.id);
      return { status: 200, body: await now(caller.tenantId, row), headers: { etag: `"${row.revision}"` } };
    },
    async update({ params, body: { spec, ...settings }, ifMatch, caller }) {
      const { tenantId } = caller;
      const changed = { ...settings, ...(spec === undefined ? {} : { spec: specOf(spec) }), ifRevision: ifMatch };
      const row = await schedules.update({ tenantId, id: params.id, by: actorOf(caller), ...changed });
      return { status: 200, body: await now(tenantId, row), headers: { etag: `"${row.revision}"` } };
    },
    async remove({ params, ifMatch, caller }) {
      const { tenantId } = caller;
      await schedules.remove({ tenantId, id: params.id, by: actorOf(caller), ifRevision: ifMatch });
      return { status: 204 };
    },
    pause: ({ params, body, caller }) =>
      changedState("pause", caller.tenantId, { id: params.id, by: actorOf(caller), note: body?.note }),
    unpause: ({ params, body, caller }) =>
      changedState("unpause", caller.tenantId, { id: params.id, by: actorOf(caller), note: body?.note }),
    disable: ({ params, body, caller }) =>
      changedState("disable", caller.tenantId, { id: params.id, by: actorOf(caller), note: body?.note }),
    enable: ({ params, body, caller }) =>
      changedState("enable", caller.tenantId, { id: params.id, by: actorOf(caller), note: body?.note }),
    async backfill({ params, body: { from, to }, caller }) {
      const counted = await schedules.backfill({
        tenantId: caller.tenantId,
        id: params.id,
        by: actorOf(caller),
        from,
        to,
      });
      const span = { from: instantFromMs(instantMs(from)), to: instantFromMs(instantMs(to)) };
      return { status: 202, body: { ...counted, ...span } };
    },
    async preview({ params, query, caller }) {
      const { spec, businessDays } = await existing(store, caller.tenantId, params.id);
      const days = businessDays === null ? null : { calendar: businessDays };
      return { status: 200, body: await previewed(caller.tenantId, { spec, businessDays: days, ...query }) };
    },
  };
}

async function existing(store: Services["store"], tenantId: string, id: string): Promise<ScheduleRow> {
  const row = await store.tenant(tenantId, (db) => getSchedule(db, id));
  if (row === undefined) throw new MainspringError("SCHEDULE_NOT_FOUND");
  return row;
}

/** @throws MainspringError SCHEDULE_INVALID for what is none of the three kinds, or mixes them */
export function specOf({ cron, zone, everyMs, offsetMs, at }: ScheduleSpecInput): ScheduleSpec {
  const refuse = (pointer: string, message: string): MainspringError =>
    new MainspringError(
      "SCHEDULE_INVALID",
      { issues: [issueOf("SCHEDULE_INVALID", pointer, message) as unknown as Json] },
      message,
    );
  const kinds = [cron, everyMs, at].filter((one) => one !== undefined).length;
  if (kinds !== 1) throw refuse("/spec", "A spec has one of cron, everyMs and at.");
  if (zone !== undefined && cron === undefined) throw refuse("/spec/zone", "Only a cron expression has a zone.");
  if (offsetMs !== undefined && everyMs === undefined)
    throw refuse("/spec/offsetMs", "Only an interval has an offset.");
  if (cron !== undefined) return { cron, zone: zone ?? "UTC" };
  if (everyMs !== undefined) return { everyMs, ...(offsetMs === undefined ? {} : { offsetMs }) };
  return { at: at as string };
}
