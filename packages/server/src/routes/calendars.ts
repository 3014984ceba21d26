import { issueOf } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import type { CalendarDefinition, Json } from "@mainspring/core";
import { checkCalendar } from "@mainspring/core/compile";
import { zoneOffset } from "@mainspring/core/host";
import { deleteCalendar, getCalendar, listCalendars, putCalendar, recordAudit } from "@mainspring/store";
import type { CalendarRow } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

export function calendarHandlers({ store }: Services): Handlers<"calendars"> {
  return {
    async list({ query, caller }) {
      const { items, nextCursor } = await store.tenant(caller.tenantId, (db) => listCalendars(db, query));
      return { status: 200, body: { items: items.map(present), nextCursor } };
    },
    async get({ params, caller }) {
      const row = await store.tenant(caller.tenantId, (db) => getCalendar(db, params.name));
      if (row === undefined) throw new MainspringError("CALENDAR_NOT_FOUND");
      return { status: 200, body: present(row) };
    },
    async put({ params: { name }, body, caller }) {
      const document = readCalendar(body);
      const by = actorOf(caller);
      const row = await store.tenant(caller.tenantId, async (db) => {
        const put = await putCalendar(db, { name, document, by });
        if (put.changed)
          await recordAudit(db, {
            actor: by,
            action: put.created ? "calendar.create" : "calendar.update",
            subject: `calendar:${name}`,
            details: { version: put.version },
          });
        return put;
      });
      return { status: row.created ? 201 : 200, body: present(row) };
    },
    async remove({ params: { name }, caller }) {
      const by = actorOf(caller);
      const wasThere = await store.tenant(caller.tenantId, async (db) => {
        const deleted = await deleteCalendar(db, name, by);
        if (deleted) await recordAudit(db, { actor: by, action: "calendar.delete", subject: `calendar:${name}` });
        return deleted;
      });
      if (!wasThere) throw new MainspringError("CALENDAR_NOT_FOUND");
      return { status: 204 };
    },
  };
}

/** @throws MainspringError CALENDAR_INVALID, with pointers into the body */
export function readCalendar(body: Json): CalendarDefinition {
  const checked = checkCalendar(body);
  if ("issues" in checked) throw invalid(checked.issues as unknown as Json[]);
  const { zone } = checked.definition;
  if (zoneOffset(zone) === undefined)
    throw invalid([issueOf("FIELD_INVALID", "/zone", `Nobody here knows the clocks of "${zone}".`) as unknown as Json]);
  return checked.definition;
}

function invalid(issues: readonly Json[]): MainspringError {
  return new MainspringError("CALENDAR_INVALID", { issues: [...issues] });
}

function present({ name, version, document, updatedAt, updatedBy }: CalendarRow) {
  const { zone, week, holidays, exceptions } = document;
  return {
    name,
    version,
    zone,
    week: Object.fromEntries(Object.entries(week).map(([days, hours]) => [days, [...hours]])),
    ...(holidays === undefined ? {} : { holidays: [...holidays] }),
    ...(exceptions === undefined
      ? {}
      : { exceptions: Object.fromEntries(Object.entries(exceptions).map(([date, hours]) => [date, [...hours]])) }),
    updatedAt,
    updatedBy,
  };
}
