import type { CalendarReply } from "@mainspring/api";
import { Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { calendarsQuery } from "../schedules/queries.ts";
import { ownZone } from "../schedules/when-fields.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import {
  calendarBodyOf,
  calendarDraftOf,
  dayNames,
  emptyCalendar,
  weekText,
  type CalendarDraft,
  type DayName,
} from "./calendar-draft.ts";
import { codeField, NameField, SettingEditor, useSaving } from "./setting-editor.tsx";
import { SettingList } from "./setting-list.tsx";
import { ChangeButton, Changed, RemoveButton, SettingLine } from "./setting-parts.tsx";

/** When business is done: what waits, due times and schedules count by. */
export function CalendarsTab(): ReactElement {
  const { client } = useSignedIn();
  return (
    <SettingList
      kind="calendar"
      title="Calendars"
      order="by their names"
      about="When business is done. Waits, due times and schedules count by them; a change moves nothing that is open."
      query={useQuery(calendarsQuery(client))}
      empty="Without one, business days and hours cannot be counted."
      line={(calendar) => <CalendarLine key={calendar.name} calendar={calendar} />}
      maker="author"
      editor={(onClose) => <CalendarForm onClose={onClose} />}
    />
  );
}

function CalendarLine({ calendar }: { calendar: CalendarReply }): ReactElement {
  const { client } = useSignedIn();
  const mayWrite = useMay("author");
  const [isEditing, setEditing] = useState(false);
  const { name, version, zone, holidays = [], exceptions = {}, updatedAt, updatedBy } = calendar;
  const special = Object.entries(exceptions);
  return (
    <SettingLine
      name={name}
      facts={
        <>
          {zone} · version {version} · <Changed at={updatedAt} by={updatedBy} />
        </>
      }
      actions={
        mayWrite ? (
          <>
            <ChangeButton what={`the calendar ${name}`} onClick={() => setEditing(true)} />
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
  const [name, setName] = useState(calendar?.name ?? "");
  const [draft, setDraft] = useState<CalendarDraft>(() =>
    calendar === undefined ? emptyCalendar(ownZone) : calendarDraftOf(calendar),
  );
  const saving = useSaving({
    queryKey: ["calendars"],
    fields,
    save: () => client.calendars.put({ params: { name: name.trim() }, body: calendarBodyOf(draft) }),
    onSaved: onClose,
  });
  const { issues, edited } = saving;
  function change(next: Partial<CalendarDraft>): void {
    setDraft((held) => ({ ...held, ...next }));
  }
  return (
    <SettingEditor
      title={calendar === undefined ? "New calendar" : `Change the calendar ${calendar.name}`}
      isNew={calendar === undefined}
      saving={saving}
      onClose={onClose}
    >
      <div className="fields-pair">
        {calendar === undefined ? (
          <NameField saving={saving} label="Name" value={name} maxLength={64} onChange={setName} />
        ) : null}
        <TextInput
          {...codeField}
          label="Time zone"
          list="calendar-zones"
          value={draft.zone}
          maxLength={100}
          required
          withAsterisk={false}
          error={issues.at("/zone")}
          onChange={edited((zone) => change({ zone }))}
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
              {...codeField}
              id={`calendar-${day}`}
              size="xs"
              placeholder="closed"
              value={draft.week[day]}
              maxLength={200}
              error={issues.at(`/week/${day}`)}
              onChange={edited((hours) => change({ week: { ...draft.week, [day]: hours } }))}
            />
          </div>
        ))}
      </fieldset>
      <div className="fields-pair">
        <Textarea
          {...codeField}
          label="Holidays (optional)"
          description="one date a line: 2031-12-25"
          rows={3}
          value={draft.holidays}
          error={issues.at("/holidays")}
          onChange={edited((holidays) => change({ holidays }))}
        />
        <Textarea
          {...codeField}
          label="Days with hours of their own (optional)"
          description="one a line: 2031-12-24 09:00-12:00"
          rows={3}
          value={draft.exceptions}
          error={issues.at("/exceptions")}
          onChange={edited((exceptions) => change({ exceptions }))}
        />
      </div>
    </SettingEditor>
  );
}
