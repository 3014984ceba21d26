import { TextInput } from "@mantine/core";
import { useId, useMemo, type ReactElement } from "react";
import { SpanInput } from "../parts/span-input.tsx";
import { scheduleKinds, type DraftField, type ScheduleDraft, type ScheduleKind } from "./schedule-draft.ts";
import "../tasks/schema-form.css";

const kindNames: Record<ScheduleKind, string> = {
  cron: "At times of the day",
  interval: "Every so often",
  once: "Once",
};

/** The zone of the person who looks at the page. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** When a schedule fires: its kind, then the fields of that kind. */
export function WhenFields({
  draft,
  problemAt,
  onChange,
}: {
  draft: ScheduleDraft;
  problemAt: (field: DraftField | "zone") => string | undefined;
  onChange: (change: Partial<ScheduleDraft>) => void;
}): ReactElement {
  const name = useId();
  return (
    <>
      <fieldset className="form-field form-choices">
        <legend>When</legend>
        <div className="form-options">
          {scheduleKinds.map((kind) => (
            <label key={kind} className="form-option">
              <input type="radio" name={name} checked={draft.kind === kind} onChange={() => onChange({ kind })} />
              {kindNames[kind]}
            </label>
          ))}
        </div>
      </fieldset>
      <KindFields draft={draft} problemAt={problemAt} onChange={onChange} />
    </>
  );
}

function KindFields({ draft, problemAt, onChange }: Parameters<typeof WhenFields>[0]): ReactElement {
  const zonesId = useId();
  const zones = useMemo(() => [...new Set(["UTC", ownZone, ...Intl.supportedValuesOf("timeZone")])], []);
  switch (draft.kind) {
    case "cron":
      return (
        <div className="fields-pair">
          <TextInput
            label="Cron expression"
            description="minute, hour, day of month, month, day of week"
            placeholder="30 7 * * MON-FRI"
            value={draft.cron}
            maxLength={1_000}
            spellCheck={false}
            autoComplete="off"
            classNames={{ input: "mono" }}
            error={problemAt("cron")}
            errorProps={{ role: "alert" }}
            onChange={(event) => onChange({ cron: event.currentTarget.value })}
          />
          <TextInput
            label="Time zone"
            description="whose clocks count, also when they change"
            list={zonesId}
            value={draft.zone}
            maxLength={100}
            spellCheck={false}
            autoComplete="off"
            error={problemAt("zone")}
            errorProps={{ role: "alert" }}
            onChange={(event) => onChange({ zone: event.currentTarget.value })}
          />
          <datalist id={zonesId}>
            {zones.map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </div>
      );
    case "interval":
      return (
        <div className="fields-pair">
          <SpanInput
            label="Every"
            hint="of elapsed time: clock changes do not move it"
            value={draft.every}
            problem={problemAt("every")}
            onChange={(every) => onChange({ every })}
          />
          <SpanInput
            label="Put off by"
            hint="counted from midnight UTC, 1 January 1970"
            value={draft.offset}
            problem={problemAt("offset")}
            onChange={(offset) => onChange({ offset })}
          />
        </div>
      );
    case "once":
      return (
        <TextInput
          type="datetime-local"
          step={1}
          label={`At (${ownZone})`}
          description="on the clocks of this browser; a run starts once, then the schedule is completed"
          value={draft.at}
          error={problemAt("at")}
          errorProps={{ role: "alert" }}
          onChange={(event) => onChange({ at: event.currentTarget.value })}
        />
      );
    default:
      return unreachable(draft.kind);
  }
}

function unreachable(kind: never): never {
  throw new Error(`no fields for ${String(kind)}`);
}
