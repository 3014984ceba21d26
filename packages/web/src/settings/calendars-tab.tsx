import type { CalendarReply } from "@mainspring/api";
import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { Empty } from "../parts/empty.tsx";
import { issuesByField } from "../parts/field-issues.ts";
import { Loaded } from "../parts/loaded.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { calendarsQuery } from "../schedules/queries.ts";
import { ownZone } from "../schedules/when-fields.tsx";
import { actorText } from "../session/actor-text.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import {
  calendarBodyOf,
  calendarDraftOf,
  dayNames,
  emptyCalendar,
  weekText,
  type CalendarDraft,
  type DayName,
} from "./calendar-draft.ts";
import { RemoveButton, SettingLine, SettingsHead } from "./setting-parts.tsx";
import "../parts/fields.css";

/** When business is done: what waits, due times and schedules count by. */
export function CalendarsTab(): ReactElement {
  const { client } = useSignedIn();
  const mayWrite = useMay("author");
  const [isCreating, setCreating] = useState(false);
  const list = useQuery(calendarsQuery(client));
  return (
    <section aria-label="Calendars">
      <SettingsHead
        end={
          mayWrite ? (
            <Button size="xs" onClick={() => setCreating(true)}>
              New calendar…
            </Button>
          ) : null
        }
      >
        When business is done. Waits, due times and schedules count by them; a change moves nothing that is open.
      </SettingsHead>
      <Loaded query={list} what="calendars" height={120}>
        {(calendars) => (
          <div className="panel settings-list">
            {calendars.length === 0 ? (
              <Empty title="No calendars">Without one, business days and hours cannot be counted.</Empty>
            ) : (
              <ul aria-label="Calendars, by their names">
                {calendars.map((calendar) => (
                  <CalendarLine key={calendar.name} calendar={calendar} />
                ))}
              </ul>
            )}
          </div>
        )}
      </Loaded>
      {isCreating ? <CalendarForm onClose={() => setCreating(false)} /> : null}
    </section>
  );
}

function CalendarLine({ calendar }: { calendar: CalendarReply }): ReactElement {
  const { client, identity } = useSignedIn();
  const mayWrite = useMay("author");
  const [isEditing, setEditing] = useState(false);
  const { name, version, zone, holidays = [], exceptions = {}, updatedAt, updatedBy } = calendar;
  const special = Object.entries(exceptions);
  return (
    <SettingLine
      name={name}
      facts={
        <>
          {zone} · version {version} · changed <Moment at={updatedAt} />
          {updatedBy === null ? "" : ` by ${actorText(updatedBy, identity.keyId)}`}
        </>
      }
      actions={
        mayWrite ? (
          <>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Change the calendar ${name}`}
              onClick={() => setEditing(true)}
            >
              Change…
            </Button>
            <RemoveButton
              verb="Delete"
              what={`the calendar ${name}`}
              queryKey={["calendars"]}
              remove={() => client.calendars.remove({ params: { name } })}
            >
              Waits that are open keep their time; those that would open fail, and schedules that count by it start
              nothing.
            </RemoveButton>
          </>
        ) : null
      }
    >
      <p>{weekText(calendar)}</p>
      {holidays.length === 0 && special.length === 0 ? null : (
        <details className="small">
          <summary className="muted">{datesText(holidays.length, special.length)}</summary>
          <ul className="setting-dates">
            {holidays.map((date) => (
              <li key={date}>{date} closed</li>
            ))}
            {special.map(([date, hours]) => (
              <li key={date}>
                {date} {hours.length === 0 ? "closed" : hours.join(" and ")}
              </li>
            ))}
          </ul>
        </details>
      )}
      {isEditing ? <CalendarForm calendar={calendar} onClose={() => setEditing(false)} /> : null}
    </SettingLine>
  );
}

function datesText(holidays: number, special: number): string {
  return [
    ...(holidays === 0 ? [] : [holidays === 1 ? "1 holiday" : `${holidays} holidays`]),
    ...(special === 0
      ? []
      : [special === 1 ? "1 day with hours of its own" : `${special} days with hours of their own`]),
  ].join(", ");
}

const dayLabels: Record<DayName, string> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

const fields = ["/name", "/zone", "/holidays", "/exceptions", ...dayNames.map((day) => `/week/${day}`)];

/** @param calendar left out: a new one */
function CalendarForm({ calendar, onClose }: { calendar?: CalendarReply; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [name, setName] = useState(calendar?.name ?? "");
  const [draft, setDraft] = useState<CalendarDraft>(() =>
    calendar === undefined ? emptyCalendar(ownZone) : calendarDraftOf(calendar),
  );
  const save = useMutation({
    mutationFn: () => client.calendars.put({ params: { name: name.trim() }, body: calendarBodyOf(draft) }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["calendars"] });
      onClose();
    },
  });
  const issues = issuesByField(save.error, fields);
  function change(next: Partial<CalendarDraft>): void {
    if (save.error !== null) save.reset();
    setDraft((held) => ({ ...held, ...next }));
  }
  const common = { errorProps: { role: "alert" }, spellCheck: false, autoComplete: "off" } as const;
  return (
    <Dialog
      title={calendar === undefined ? "New calendar" : `Change the calendar ${calendar.name}`}
      onClose={onClose}
      wide
      keepsTyped
    >
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="fields-pair">
          {calendar === undefined ? (
            <TextInput
              {...common}
              label="Name"
              value={name}
              maxLength={64}
              required
              withAsterisk={false}
              error={issues.at("/name")}
              onChange={(event) => {
                if (save.error !== null) save.reset();
                setName(event.currentTarget.value);
              }}
            />
          ) : null}
          <TextInput
            {...common}
            label="Time zone"
            list="calendar-zones"
            value={draft.zone}
            maxLength={100}
            required
            withAsterisk={false}
            error={issues.at("/zone")}
            onChange={(event) => change({ zone: event.currentTarget.value })}
          />
          <datalist id="calendar-zones">
            {["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </div>
        <fieldset className="calendar-week">
          <legend>Hours</legend>
          <p className="muted small">such as 09:00-12:00, 13:00-17:00; empty: closed</p>
          {dayNames.map((day) => (
            <div key={day} className="calendar-day">
              <label htmlFor={`calendar-${day}`}>{dayLabels[day]}</label>
              <TextInput
                {...common}
                id={`calendar-${day}`}
                size="xs"
                placeholder="closed"
                value={draft.week[day]}
                maxLength={200}
                error={issues.at(`/week/${day}`)}
                onChange={(event) => change({ week: { ...draft.week, [day]: event.currentTarget.value } })}
              />
            </div>
          ))}
        </fieldset>
        <div className="fields-pair">
          <Textarea
            {...common}
            label="Holidays (optional)"
            description="one date a line: 2031-12-25"
            rows={3}
            value={draft.holidays}
            error={issues.at("/holidays")}
            onChange={(event) => change({ holidays: event.currentTarget.value })}
          />
          <Textarea
            {...common}
            label="Days with hours of their own (optional)"
            description="one a line: 2031-12-24 09:00-12:00"
            rows={3}
            value={draft.exceptions}
            error={issues.at("/exceptions")}
            onChange={(event) => change({ exceptions: event.currentTarget.value })}
          />
        </div>
        {save.error === null || issues.rest === null ? null : <ProblemNotice error={issues.rest} />}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={save.isPending}>
            {calendar === undefined ? "Create" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
