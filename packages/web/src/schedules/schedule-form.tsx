import type { ScheduleReply, WorkflowSummary } from "@mainspring/api";
import { validate, type Json, type JsonObject } from "@mainspring/core";
import { Button, Input, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { versionQuery, workflowsQuery } from "../app/queries.ts";
import { Dialog } from "../parts/dialog.tsx";
import { issuesByField } from "../parts/field-issues.ts";
import { Loaded } from "../parts/loaded.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { SpanInput } from "../parts/span-input.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { payloadTemplate, readPayload } from "../workflows/payload-text.ts";
import { calendarsQuery, specPreviewQuery } from "./queries.ts";
import {
  draftOf,
  draftProblems,
  newDraft,
  settingsOf,
  specOfDraft,
  type DraftField,
  type ScheduleDraft,
} from "./schedule-draft.ts";
import { SpecPreview } from "./spec-preview.tsx";
import { ownZone, WhenFields } from "./when-fields.tsx";
import "../parts/fields.css";

const typingPauseMs = 300;

/** Where a refusal names each field. */
const places = {
  workflow: "/workflow",
  name: "/name",
  cron: "/spec/cron",
  zone: "/spec/zone",
  every: "/spec/everyMs",
  offset: "/spec/offsetMs",
  at: "/spec/at",
  payload: "/payload",
  catchUp: "/catchUpWindowMs",
  jitter: "/jitterMs",
  calendar: "/businessDays",
  note: "/note",
} as const;
type Place = keyof typeof places;

const overlapTexts: Record<ScheduleReply["overlap"], string> = {
  skip: "start nothing, and record that",
  allow: "start another beside it",
  "cancel-other": "cancel it, and start the new one",
};

/**
 * Makes a schedule, or changes one.
 * @param schedule left out: a new one, of `workflow` if that is given
 */
export function ScheduleForm({
  schedule,
  workflow,
  onClose,
}: {
  schedule?: ScheduleReply | undefined;
  workflow?: string | undefined;
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const workflows = useQuery(workflowsQuery(client));
  // As it was called when this opened: it may be read under another name before this closes.
  const [title] = useState(schedule === undefined ? "New schedule" : `Change ${schedule.name}`);
  const published = workflows.data?.filter(({ publishedVersion }) => publishedVersion !== null);
  return (
    <Dialog title={title} onClose={onClose} wide keepsTyped>
      {published === undefined || published.length === 0 ? (
        <>
          <Loaded query={workflows} what="workflows" height={460}>
            {() => <p>A schedule starts runs of a published workflow, and there is none yet.</p>}
          </Loaded>
          <div className="dialog-actions">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
          </div>
        </>
      ) : (
        <Fields schedule={schedule} workflow={workflow} published={published} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Fields({
  schedule,
  workflow,
  published,
  onClose,
}: {
  schedule: ScheduleReply | undefined;
  workflow: string | undefined;
  published: readonly WorkflowSummary[];
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  // What is read again meanwhile does not change what is being typed: the server compares revisions.
  const [before] = useState(() => (schedule === undefined ? undefined : draftOf(schedule, ownZone)));
  const [draft, setDraft] = useState<ScheduleDraft>(
    () => before ?? newDraft(workflow ?? (published.length === 1 ? (published[0]?.key ?? "") : ""), ownZone),
  );
  const [isPayloadTyped, setPayloadTyped] = useState(before !== undefined);
  const [wasSent, setSent] = useState(false);
  const calendars = useQuery(calendarsQuery(client));
  const version = published.find(({ key }) => key === draft.workflow)?.publishedVersion ?? undefined;
  const definition = useQuery({
    ...versionQuery(client, draft.workflow, version ?? 0),
    enabled: version !== undefined,
  });
  const schema = (definition.data?.definition as JsonObject | undefined)?.["payload"];
  const payloadText = isPayloadTyped ? draft.payload : payloadTemplate(definition.data?.definition);
  const shown = { ...draft, payload: payloadText };

  const spec = specOfDraft(draft);
  const businessDays = draft.calendar === "" ? null : { calendar: draft.calendar };
  const [asked] = useDebouncedValue(spec === undefined ? undefined : { spec, businessDays }, typingPauseMs);
  const preview = useQuery(specPreviewQuery(client, asked));

  const save = useMutation({
    mutationFn: async () => {
      const settings = settingsOf(shown, before);
      if (schedule !== undefined)
        return await client.schedules.update({
          params: { id: schedule.id },
          body: settings,
          ifMatch: schedule.revision,
        });
      const { spec: fresh } = settings;
      if (fresh === undefined) throw new Error("a new schedule has a spec");
      return await client.schedules.create({ body: { ...settings, spec: fresh, workflow: draft.workflow } });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["schedules"] });
      onClose();
    },
  });

  const typed = draftProblems(shown);
  const refused = issuesByField(save.error, Object.values(places));
  const previewed = issuesByField(preview.error, Object.values(places));
  const misfit = before?.payload === shown.payload ? undefined : misfitText(schema, shown.payload);
  function problemAt(field: Place): string | undefined {
    const first = wasSent ? typed[field as DraftField] : undefined;
    if (field === "payload") return first ?? typed.payload ?? misfit ?? refused.at(places.payload);
    return first ?? refused.at(places[field]) ?? (spec === undefined ? undefined : previewed.at(places[field]));
  }
  function change(next: Partial<ScheduleDraft>): void {
    if (save.error !== null) save.reset();
    setDraft((held) => ({ ...held, ...next }));
  }

  return (
    <form
      className="dialog-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setSent(true);
        if (Object.keys(typed).length === 0) save.mutate();
        else focusFirstProblem(event.currentTarget);
      }}
    >
      <div className="fields-pair">
        {schedule === undefined ? (
          <NativeSelect
            label="Workflow"
            value={draft.workflow}
            error={problemAt("workflow")}
            errorProps={{ role: "alert" }}
            data={[
              ...(draft.workflow === "" ? [{ value: "", label: "Choose one" }] : []),
              ...workflowKeys(published, draft.workflow),
            ]}
            onChange={(event) => change({ workflow: event.currentTarget.value })}
          />
        ) : (
          <Input.Wrapper label="Workflow" labelElement="div" description="a schedule keeps it">
            <p className="schedule-workflow mono">{draft.workflow}</p>
          </Input.Wrapper>
        )}
        <TextInput
          label="Name (optional)"
          description={schedule === undefined ? undefined : "for people"}
          placeholder={draft.workflow}
          value={draft.name}
          maxLength={200}
          error={problemAt("name")}
          errorProps={{ role: "alert" }}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
      </div>
      <WhenFields draft={draft} problemAt={problemAt} onChange={change} />
      <NativeSelect
        label="Business days"
        description="on which days of its clocks it starts anything"
        value={draft.calendar}
        error={problemAt("calendar")}
        errorProps={{ role: "alert" }}
        data={[
          { value: "", label: "Every day" },
          ...calendarNames(calendars.data, draft.calendar).map((name) => ({
            value: name,
            label: `Days with hours in the calendar ${name}`,
          })),
        ]}
        onChange={(event) => change({ calendar: event.currentTarget.value })}
      />
      <SpecPreview
        state={spec === undefined ? "nothing" : preview.error !== null ? "refused" : "asked"}
        problem={previewed.rest}
        items={preview.error === null ? preview.data?.items : undefined}
        isStale={preview.isPlaceholderData}
      />
      <Textarea
        className="json-editor"
        label="Payload (JSON)"
        description={
          schedule === undefined
            ? "what each run is started with; it is held to the schema of the workflow"
            : "what each run is started with; masked values stay as they are while nothing here is changed"
        }
        value={shown.payload}
        spellCheck={false}
        error={problemAt("payload")}
        errorProps={{ role: "alert" }}
        onChange={(event) => {
          setPayloadTyped(true);
          change({ payload: event.currentTarget.value });
        }}
      />
      <NativeSelect
        label="While the run before is open"
        value={draft.overlap}
        data={Object.entries(overlapTexts).map(([value, label]) => ({ value, label }))}
        onChange={(event) => change({ overlap: event.currentTarget.value as ScheduleDraft["overlap"] })}
      />
      <details className="fields-more" open={hasMore(draft) || undefined}>
        <summary>Lateness, spread and note</summary>
        <div>
          <div className="fields-pair">
            <SpanInput
              label="Make up for missed times"
              hint="so late a time is still started; later, it is recorded as missed"
              value={draft.catchUp}
              problem={problemAt("catchUp")}
              onChange={(catchUp) => change({ catchUp })}
            />
            <SpanInput
              label="Spread"
              hint="each time is put off by chance, by at most so much"
              value={draft.jitter}
              problem={problemAt("jitter")}
              onChange={(jitter) => change({ jitter })}
            />
          </div>
          <TextInput
            label="Note (optional)"
            value={draft.note}
            maxLength={2_000}
            error={problemAt("note")}
            errorProps={{ role: "alert" }}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
        </div>
      </details>
      {save.error === null || refused.rest === null ? null : <ProblemNotice error={refused.rest} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <Button type="submit" loading={save.isPending}>
          {schedule === undefined ? "Create schedule" : "Save"}
        </Button>
      </div>
    </form>
  );
}

/** The one that is shown stands in the list even if it is not published any more. */
function workflowKeys(published: readonly WorkflowSummary[], shown: string): string[] {
  const keys = published.map(({ key }) => key);
  return shown === "" || keys.includes(shown) ? keys : [shown, ...keys];
}

function calendarNames(calendars: readonly { readonly name: string }[] | undefined, chosen: string): string[] {
  const names = (calendars ?? []).map(({ name }) => name);
  return chosen === "" || names.includes(chosen) ? names : [chosen, ...names];
}

/** What a payload that can be read has against the schema of the workflow. */
function misfitText(schema: Json | undefined, text: string): string | undefined {
  const payload = readPayload(text);
  if (schema === undefined || !payload.ok) return undefined;
  const problems = validate(schema, payload.payload);
  if (problems.length === 0) return undefined;
  return problems
    .slice(0, 5)
    .map(({ pointer, message }) => `${pointer === "" ? "the whole" : pointer}: ${message}`)
    .join("; ");
}

function hasMore({ note, jitter, catchUp }: ScheduleDraft): boolean {
  return note !== "" || jitter.amount !== "0" || catchUp.amount !== "10" || catchUp.unit !== "minutes";
}

function focusFirstProblem(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid='true']")?.focus());
}
