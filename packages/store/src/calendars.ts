import type { CalendarDefinition } from "@mainspring/core";
import { sql } from "kysely";
import { instant } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/** A calendar as it is now. */
export interface CalendarRow {
  readonly name: string;
  /** 1, 2, 3 ...: rises with each change, also over a removal. */
  readonly version: number;
  readonly document: CalendarDefinition;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
}

/** What every tenant begins with. */
export const defaultCalendar = {
  name: "default",
  document: { zone: "UTC", week: { "mon-fri": ["09:00-17:00"] } },
} as const;

type Raw = Omit<CalendarRow, "updatedAt"> & { readonly updatedAt: Date };

const columns = sql.raw(`name, version, document, created_at as "updatedAt", created_by as "updatedBy"`);

/** undefined: there is none of this name, or none any more. */
export async function getCalendar(db: TenantDb, name: string): Promise<CalendarRow | undefined> {
  const { rows } =
    await prepared<Raw>`select name, version, document, created_at as "updatedAt", created_by as "updatedBy" from business_calendars
    where name = ${name} order by version desc limit 1`.execute(db);
  return rows.filter((row) => row.document !== null).map(shown)[0];
}

/** By name. */
export async function listCalendars(db: TenantDb, request: PageRequest): Promise<Page<CalendarRow>> {
  return readPage(
    { db, list: "calendars", filter: {}, request, key: ["text"], keyOf: (row) => [row.name] },
    async (after, limit) => {
      const { rows } = await sql<Raw>`select * from (
          select distinct on (name collate "C") ${columns} from business_calendars
          where name collate "C" > ${String(after?.[0] ?? "")} order by name collate "C", version desc) newest
        where document is not null order by name collate "C" limit ${limit}`.execute(db);
      return rows.map(shown);
    },
  );
}

export async function calendarNames(db: TenantDb): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from (
      select distinct on (name) name, document from business_calendars order by name, version desc) newest
    where document is not null order by name collate "C"`.execute(db);
  return rows.map(({ name }) => name);
}

/** A version of its own, unless it says the same as the one that stands. @param document checked by `checkCalendar` */
export async function putCalendar(
  db: TenantDb,
  calendar: { readonly name: string; readonly document: CalendarDefinition; readonly by?: string },
): Promise<CalendarRow & { readonly created: boolean; readonly changed: boolean }> {
  const { name, document, by } = calendar;
  await lockName(db, name);
  const before = await getCalendar(db, name);
  if (before !== undefined && JSON.stringify(before.document) === JSON.stringify(document))
    return { ...before, created: false, changed: false };
  const row = await insertVersion(db, { name, document, by });
  return { ...row, created: before === undefined, changed: true };
}

/** @returns whether there was one */
export async function deleteCalendar(db: TenantDb, name: string, by?: string): Promise<boolean> {
  await lockName(db, name);
  if ((await getCalendar(db, name)) === undefined) return false;
  await insertVersion(db, { name, document: null, by });
  return true;
}

/** Of two who change one calendar at once each makes a version. */
async function lockName(db: TenantDb, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`calendar:${db.tenantId}:${name}`}, 0))`.execute(db);
}

async function insertVersion(
  db: TenantDb,
  {
    name,
    document,
    by,
  }: { readonly name: string; readonly document: CalendarDefinition | null; readonly by: string | undefined },
): Promise<CalendarRow> {
  const json = document === null ? null : JSON.stringify(document);
  const { rows } = await sql<Raw>`insert into business_calendars (tenant_id, name, version, document, created_by)
    select ${db.tenantId}::uuid, ${name}::text, coalesce(max(version), 0) + 1, ${json}::json, ${by ?? null}::text
    from business_calendars where name = ${name} returning ${columns}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error("A calendar was not written.");
  return shown(row);
}

function shown(row: Raw): CalendarRow {
  return { ...row, updatedAt: instant(row.updatedAt) };
}
