import {
  canonicalHash,
  compileSchedule,
  instantFromMs,
  instantMs,
  isBusinessDay,
  MainspringError,
  placeholderPointers,
  previewSchedule,
  temporalScheduleIdOf,
  type CompiledSchedule,
  type Json,
  type ScheduleProblem,
  type ScheduleSpec,
} from "@mainspring/core";
import { zoneOffset } from "@mainspring/core/host";
import {
  definitionOf,
  deleteSchedule,
  getSchedule,
  getWorkflow,
  insertSchedule,
  isUniqueViolation,
  misfitOf,
  newId,
  recordAudit,
  scheduleByRequest,
  type PinnedDefinition,
  type ScheduleContent,
  type ScheduleOverlap,
  type ScheduleRow,
  type Store,
  type TenantDb,
} from "@mainspring/store";
import { specHashOf } from "./desired.ts";
import { businessDaysOf, expectedTimes, nextTime } from "./expected.ts";
import { startOwed } from "./keep.ts";
import { backfill, change, setState } from "./schedule-changes.ts";
import { invalid, issueAt } from "./schedule-problems.ts";
import { syncSchedule } from "./sync.ts";
import type { TemporalSchedules } from "./temporal-schedules.ts";

export const catchUpDefaultMs = 600_000;

/** What an author writes of a schedule; of a change, what is to be otherwise. */
export interface ScheduleSettings {
  readonly name?: string | undefined;
  readonly spec?: ScheduleSpec | undefined;
  readonly payload?: Json | undefined;
  readonly overlap?: ScheduleOverlap | undefined;
  readonly catchUpWindowMs?: number | undefined;
  readonly jitterMs?: number | undefined;
  /** null: every day. */
  readonly businessDays?: { readonly calendar: string } | null | undefined;
  readonly note?: string | null | undefined;
}

/** So many times outside of business days are passed over for the next few that are not. */
const lookedAtMax = 2_000;

interface Addressed {
  readonly tenantId: string;
  readonly id: string;
  readonly by: string;
}

/**
 * What people do to schedules. The row is written first, with everything that follows from it, and Temporal follows: at once where it can
 * be reached, otherwise within a minute of its return.
 */
export interface Schedules {
  /** @throws MainspringError WORKFLOW_NOT_FOUND, NOT_PUBLISHED, PAYLOAD_INVALID, SCHEDULE_INVALID, IDEMPOTENCY_CONFLICT, and those of `preview` */
  create(
    request: ScheduleSettings & {
      readonly tenantId: string;
      readonly by: string;
      readonly workflow: string;
      readonly spec: ScheduleSpec;
      readonly state?: "active" | "paused" | "disabled" | undefined;
      /** Asked again with it, it is the same schedule. */
      readonly idempotencyKey?: string | undefined;
    },
  ): Promise<ScheduleRow>;
  /**
   * In the transaction of an import: paused, and bound to no version yet, as the workflow may be a draft. Temporal follows with the next round.
   * @returns its id
   * @throws MainspringError SCHEDULE_INVALID and those of `preview`
   */
  importPaused(
    db: TenantDb,
    request: ScheduleSettings & {
      readonly by: string;
      readonly workflow: { readonly id: string; readonly key: string };
      readonly spec: ScheduleSpec;
    },
  ): Promise<string>;
  /** @throws MainspringError SCHEDULE_NOT_FOUND, REVISION_MISMATCH and those of `create` */
  update(request: Addressed & ScheduleSettings & { readonly ifRevision?: number | undefined }): Promise<ScheduleRow>;
  /** @throws MainspringError SCHEDULE_NOT_FOUND, SCHEDULE_STATE, SCHEDULE_MISFIT, NOT_PUBLISHED */
  setState(
    request: Addressed & {
      readonly action: "pause" | "unpause" | "disable" | "enable";
      readonly note?: string | undefined;
    },
  ): Promise<ScheduleRow>;
  /** @throws MainspringError SCHEDULE_NOT_FOUND, REVISION_MISMATCH */
  remove(request: Addressed & { readonly ifRevision?: number | undefined }): Promise<void>;
  /** @returns how many nominal times are to be made up for @throws MainspringError SCHEDULE_NOT_FOUND, SCHEDULE_STATE, BACKFILL_INVALID */
  backfill(
    request: Addressed & { readonly from: string; readonly to: string },
  ): Promise<{ readonly times: number; readonly alreadyFired: number }>;
  /** Of a row: its next nominal times, business days considered. */
  nextFires(db: TenantDb, row: ScheduleRow, count: number): Promise<string[]>;
  /**
   * Nominal times from `from` on, from the structure that Temporal is given, business days considered.
   * @throws MainspringError CRON_INVALID, CRON_AMBIGUOUS_DAYS, ZONE_UNKNOWN, INTERVAL_INVALID, INSTANT_INVALID, SCHEDULE_INVALID
   */
  preview(request: {
    readonly tenantId: string;
    readonly spec: ScheduleSpec;
    readonly businessDays?: { readonly calendar: string } | null | undefined;
    readonly count: number;
    readonly from?: string | undefined;
  }): Promise<PreviewedFire[]>;
}

export interface PreviewedFire {
  readonly nominalAt: string;
  /** On the clocks of its zone, such as `2027-03-14T03:00:00-05:00`. */
  readonly local: string;
}

export function createSchedules(parts: { readonly store: Store; readonly temporal: TemporalSchedules }): Schedules {
  const { store } = parts;
  const follow = async (tenantId: string, scheduleId: string): Promise<ScheduleRow> => {
    await syncSchedule(parts, { tenantId, scheduleId });
    // What cannot be started now is owed still.
    await startOwed(parts, { tenantId, scheduleId }).catch(() => undefined);
    return store.tenant(tenantId, (db) => existing(db, scheduleId));
  };
  return {
    async create({ tenantId, by, workflow, state = "active", idempotencyKey, ...settings }) {
      const request =
        idempotencyKey === undefined
          ? undefined
          : { key: idempotencyKey, hash: canonicalHash({ workflow, state, ...settings } as unknown as Json) };
      const insert = async (db: TenantDb): Promise<string> => {
        const earlier = request === undefined ? undefined : await scheduleByRequest(db, request.key);
        if (earlier !== undefined && earlier.hash !== request?.hash)
          throw new MainspringError("IDEMPOTENCY_CONFLICT", { key: idempotencyKey ?? null });
        if (earlier !== undefined) return earlier.id;
        const id = newId();
        const pinned = await published(db, workflow);
        const nowMs = Date.now();
        const content = await contentOf(db, settings, nowMs);
        refuseMisfit(pinned, content.payload);
        await insertSchedule(db, {
          ...content,
          name: settings.name ?? workflow,
          id,
          workflowId: pinned.workflowId,
          state,
          boundVersion: pinned.version,
          temporalScheduleId: temporalScheduleIdOf(tenantId, id),
          nextAt: nextTime(content, nowMs),
          since: instantFromMs(nowMs),
          by,
          ...(request === undefined ? {} : { request }),
        });
        const details = { workflow, spec: settings.spec as unknown as Json, state };
        await recordAudit(db, { actor: by, action: "schedule.create", subject: `schedule:${id}`, details });
        return id;
      };
      const id = await store.tenant(tenantId, insert).catch((error: unknown) => {
        // Of two requests with one key that race, the second meets the first one's schedule.
        if (request === undefined || !isUniqueViolation(error)) throw error;
        return store.tenant(tenantId, insert);
      });
      return follow(tenantId, id);
    },
    async importPaused(db, { by, workflow, ...settings }) {
      const id = newId();
      const nowMs = Date.now();
      const content = await contentOf(db, settings, nowMs);
      await insertSchedule(db, {
        ...content,
        name: settings.name ?? workflow.key,
        id,
        workflowId: workflow.id,
        state: "paused",
        boundVersion: 0,
        temporalScheduleId: temporalScheduleIdOf(db.tenantId, id),
        nextAt: null,
        since: instantFromMs(nowMs),
        by,
      });
      return id;
    },
    async update({ tenantId, id, by, ifRevision, ...settings }) {
      await store.tenant(tenantId, async (db) => {
        const row = await existing(db, id, ifRevision);
        const pinned = await published(db, row.workflowKey);
        const nowMs = Date.now();
        const content = await contentOf(db, settings, nowMs, row);
        refuseMisfit(pinned, content.payload);
        const given = Object.entries(settings).filter(([, value]) => value !== undefined);
        await change(db, row, { content, pinned, by, settings: given.map(([name]) => name), nowMs });
      });
      return follow(tenantId, id);
    },
    async setState({ tenantId, id, by, action, note }) {
      await store.tenant(tenantId, async (db) => {
        const row = await existing(db, id);
        await setState(db, row, { action, note, by, published: () => published(db, row.workflowKey) });
      });
      return follow(tenantId, id);
    },
    async remove({ tenantId, id, by, ifRevision }) {
      const temporalScheduleId = await store.tenant(tenantId, async (db) => {
        const row = await existing(db, id, ifRevision);
        await deleteSchedule(db, id);
        const details = { workflow: row.workflowKey, name: row.name };
        await recordAudit(db, { actor: by, action: "schedule.delete", subject: `schedule:${id}`, details });
        return row.temporalScheduleId;
      });
      // What cannot be removed now is an orphan, which the reconciler removes.
      await parts.temporal.remove(temporalScheduleId).catch(() => undefined);
    },
    async backfill({ tenantId, id, by, from, to }) {
      const counted = await store.tenant(tenantId, async (db) =>
        backfill(db, await existing(db, id), { from, to, by }),
      );
      await follow(tenantId, id);
      return counted;
    },
    async nextFires(db, row, count) {
      const days = await businessDaysOf(db, row);
      const found: string[] = [];
      let lookedAt = 0;
      for (const atMs of expectedTimes(row, { afterMs: Date.now(), untilMs: row.compiled.untilMs })) {
        if (days === undefined || isBusinessDay(days, atMs)) found.push(instantFromMs(atMs));
        lookedAt += 1;
        if (found.length >= count || lookedAt >= lookedAtMax) break;
      }
      return found;
    },
    preview: ({ tenantId, spec, businessDays, count, from }) =>
      store.tenant(tenantId, async (db) => {
        if (businessDays !== undefined && businessDays !== null) await refuseUnknownCalendar(db, businessDays.calendar);
        const fromMs = from === undefined ? Date.now() : instantMs(from);
        const days = await businessDaysOf(db, { businessDays: businessDays?.calendar ?? null });
        const result = previewSchedule(spec, zoneOffset, { fromMs, count, businessDays: days });
        if ("problems" in result) throw invalidSpec(result.problems);
        const zone = "zone" in spec ? spec.zone : "UTC";
        return result.fires.map((atMs) => ({ nominalAt: instantFromMs(atMs), local: localText(zone, atMs) }));
      }),
  };
}

async function existing(db: TenantDb, id: string, ifRevision?: number): Promise<ScheduleRow> {
  const row = await getSchedule(db, id, { locked: true });
  if (row === undefined) throw new MainspringError("SCHEDULE_NOT_FOUND", { id });
  if (ifRevision !== undefined && ifRevision !== row.revision)
    throw new MainspringError(
      "REVISION_MISMATCH",
      {},
      `the schedule is at revision ${row.revision}, not ${ifRevision}`,
    );
  return row;
}

async function published(db: TenantDb, key: string): Promise<PinnedDefinition> {
  const pinned = await definitionOf(db, key, undefined, { kept: true });
  if (pinned !== undefined) return pinned;
  if ((await getWorkflow(db, key)) === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND", { key });
  throw new MainspringError("NOT_PUBLISHED", { key });
}

function refuseMisfit(pinned: PinnedDefinition, payload: Json): void {
  const misfit = misfitOf(pinned.payloadSchema, payload, pinned.version) as {
    readonly issues: readonly { readonly code: string; readonly pointer: string; readonly message: string }[];
  } | null;
  if (misfit === null) return;
  const remedy = "Give the schedule a payload that fits the workflow's payload schema.";
  const issues = misfit.issues.map((issue) => ({ ...issue, severity: "error", remedy }));
  throw new MainspringError("PAYLOAD_INVALID", { issues });
}

/** A spec as Temporal is given it, and what else an author decides; what is left out is as it was, or by default. */
async function contentOf(
  db: TenantDb,
  settings: ScheduleSettings,
  nowMs: number,
  row?: ScheduleRow,
): Promise<ScheduleContent> {
  const spec = settings.spec ?? row?.spec;
  if (spec === undefined) throw invalid([issueAt("/spec", "A schedule needs a spec.")]);
  const compiled = row !== undefined && sameSpec(spec, row.spec) ? row.compiled : compile(spec, nowMs);
  const payload = settings.payload ?? row?.payload ?? {};
  const masked = placeholderPointers(payload);
  if (masked.length > 0)
    throw new MainspringError("REDACTED_VALUE_IN_PAYLOAD", {
      issues: masked.map((pointer) => issueAt(`/payload${pointer}`, "A placeholder stands for a masked value here.")),
    });
  const businessDays =
    settings.businessDays === undefined ? (row?.businessDays ?? null) : (settings.businessDays?.calendar ?? null);
  if (businessDays !== null) await refuseUnknownCalendar(db, businessDays);
  const catchUpMs = settings.catchUpWindowMs ?? row?.catchUpMs ?? catchUpDefaultMs;
  const jitterMs = settings.jitterMs ?? row?.jitterMs ?? 0;
  return {
    name: settings.name ?? row?.name ?? "",
    kind: compiled.kind,
    spec,
    compiled,
    compiledUntil: instantFromMs(compiled.untilMs),
    specHash: specHashOf({ compiled, catchUpMs, jitterMs }),
    payload,
    overlap: settings.overlap ?? row?.overlap ?? "skip",
    catchUpMs,
    jitterMs,
    businessDays,
    note: settings.note === undefined ? (row?.note ?? null) : settings.note,
  };
}

function sameSpec(a: ScheduleSpec, b: ScheduleSpec): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

function compile(spec: ScheduleSpec, nowMs: number): CompiledSchedule {
  const result = compileSchedule(spec, zoneOffset, nowMs);
  if ("problems" in result) throw invalidSpec(result.problems);
  const { compiled } = result;
  if (compiled.kind === "once" && nextTime({ compiled }, nowMs - 1) === null)
    throw invalidSpec([
      { code: "INSTANT_INVALID", pointer: "/at", message: "The time lies in the past, or too far away." },
    ]);
  return compiled;
}

function invalidSpec(problems: readonly ScheduleProblem[]): MainspringError {
  return invalid(problems.map(({ code, pointer, message }) => issueAt(`/spec${pointer}`, message, code)));
}

async function refuseUnknownCalendar(db: TenantDb, name: string): Promise<void> {
  if ((await businessDaysOf(db, { businessDays: name })) !== undefined) return;
  const message = `There is no business calendar "${name}", or its zone is unknown here.`;
  throw new MainspringError("SCHEDULE_INVALID", {
    issues: [issueAt("/businessDays/calendar", message, "CALENDAR_UNKNOWN")],
  });
}

function localText(zone: string, atMs: number): string {
  const offsetMs = zoneOffset(zone)?.(atMs) ?? 0;
  const minutes = Math.abs(offsetMs) / 60_000;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  return `${instantFromMs(atMs + offsetMs).slice(0, 19)}${offsetMs < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}
