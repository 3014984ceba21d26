import type { EventTypeReply } from "@mainspring/api";
import { isJsonObject, type Json } from "@mainspring/core";
import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { SendEventDialog } from "../events/send-event-dialog.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Empty } from "../parts/empty.tsx";
import { issuesByField } from "../parts/field-issues.ts";
import { JsonView } from "../parts/json-view.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { actorText } from "../session/actor-text.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { readPayload } from "../workflows/payload-text.ts";
import { eventTypesQuery } from "./queries.ts";
import { RemoveButton, SettingLine, SettingsHead } from "./setting-parts.tsx";

/** What is known of events of a name: their schema, where their key stands, and samples to try with. */
export function EventTypesTab(): ReactElement {
  const { client } = useSignedIn();
  const mayWrite = useMay("author");
  const [isCreating, setCreating] = useState(false);
  const list = useQuery(eventTypesQuery(client));
  return (
    <section aria-label="Event types">
      <SettingsHead
        end={
          mayWrite ? (
            <Button size="xs" onClick={() => setCreating(true)}>
              New event type…
            </Button>
          ) : null
        }
      >
        What events of a name look like. A payload that does not fit the schema is refused; events without a type may
        have any.
      </SettingsHead>
      <Loaded query={list} what="event types" height={160}>
        {(types) => (
          <div className="panel settings-list">
            {types.length === 0 ? (
              <Empty title="No event types yet">
                With one, publishing checks the expressions that read such events, and samples can be sent to try them.
              </Empty>
            ) : (
              <ul aria-label="Event types, by their names">
                {types.map((type) => (
                  <EventTypeLine key={type.name} type={type} />
                ))}
              </ul>
            )}
          </div>
        )}
      </Loaded>
      {isCreating ? <EventTypeForm onClose={() => setCreating(false)} /> : null}
    </section>
  );
}

function EventTypeLine({ type }: { type: EventTypeReply }): ReactElement {
  const { client, identity } = useSignedIn();
  const [mayWrite, maySend] = [useMay("author"), useMay("operator")];
  const [asked, setAsked] = useState<{ readonly kind: "edit" } | { readonly kind: "send"; readonly payload: Json }>();
  const { name, description, schema, correlationPaths, samples, updatedAt, updatedBy } = type;
  const isAny = name === "*";
  return (
    <SettingLine
      name={isAny ? "* (any event)" : name}
      facts={
        <>
          {isJsonObject(schema) ? "with a schema" : "any payload"} · changed <Moment at={updatedAt} />
          {updatedBy === null ? "" : ` by ${actorText(updatedBy, identity.keyId)}`}
        </>
      }
      actions={
        <>
          {isAny ? null : (
            <Link to="/events" search={{ name }} className="small">
              its events
            </Link>
          )}
          {maySend && !isAny ? (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Send a test event ${name}`}
              onClick={() => setAsked({ kind: "send", payload: samples[0] ?? {} })}
            >
              Send a test event…
            </Button>
          ) : null}
          {mayWrite ? (
            <>
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Change the event type ${name}`}
                onClick={() => setAsked({ kind: "edit" })}
              >
                Change…
              </Button>
              <RemoveButton
                verb="Delete"
                what={`the type ${name}`}
                queryKey={["event-types"]}
                remove={() => client.eventTypes.remove({ params: { name } })}
              >
                Events of the name go on, with any payload. Its schema and samples are gone.
              </RemoveButton>
            </>
          ) : null}
        </>
      }
    >
      {description === null ? null : <p className="muted">{description}</p>}
      <p className="small">
        {correlationPaths.length === 0 ? (
          <span className="muted">its key is looked for as in any event</span>
        ) : (
          <>
            <span className="muted">its key stands at</span>{" "}
            {correlationPaths.map((path, index) => (
              <span key={path}>
                {index === 0 ? null : <span className="muted">, else </span>}
                <code>{path}</code>
              </span>
            ))}
          </>
        )}
      </p>
      {isJsonObject(schema) ? (
        <details className="small">
          <summary className="muted">Schema</summary>
          <JsonView value={schema} label={`schema of ${name}`} />
        </details>
      ) : null}
      {samples.length === 0 ? null : (
        <details className="small">
          <summary className="muted">{samples.length === 1 ? "1 sample" : `${samples.length} samples`}</summary>
          <ul className="setting-samples">
            {samples.map((sample, index) => (
              <li key={index}>
                <JsonView value={sample} label={`sample ${index + 1} of ${name}`} />
                {maySend && !isAny ? (
                  <button
                    type="button"
                    className="text-button"
                    onClick={() => setAsked({ kind: "send", payload: sample })}
                  >
                    send this one…
                  </button>
                ) : null}
              </li>
            ))}
          </ul>
        </details>
      )}
      {asked === undefined ? null : asked.kind === "edit" ? (
        <EventTypeForm type={type} onClose={() => setAsked(undefined)} />
      ) : (
        <SendEventDialog name={name} payload={asked.payload} onClose={() => setAsked(undefined)} />
      )}
    </SettingLine>
  );
}

const fields = ["/name", "/description", "/correlationPaths", "/schema", "/samples"];

/** @param type left out: a new one */
function EventTypeForm({ type, onClose }: { type?: EventTypeReply; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [name, setName] = useState(type?.name ?? "");
  const [description, setDescription] = useState(type?.description ?? "");
  const [paths, setPaths] = useState(type?.correlationPaths.join("\n") ?? "");
  const [schema, setSchema] = useState(isJsonObject(type?.schema ?? null) ? jsonText(type?.schema ?? {}) : "");
  const [samples, setSamples] = useState(type === undefined || type.samples.length === 0 ? "" : jsonText(type.samples));
  const schemaRead = readPayload(schema);
  const samplesRead = readPayload(samples.trim() === "" ? "[]" : samples);
  const schemaProblem = !schemaRead.ok
    ? schemaRead.problem
    : isJsonObject(schemaRead.payload)
      ? undefined
      : "A schema is an object.";
  const samplesProblem = !samplesRead.ok
    ? samplesRead.problem
    : Array.isArray(samplesRead.payload)
      ? undefined
      : "Samples are a list: [ … ].";
  const save = useMutation({
    mutationFn: () =>
      client.eventTypes.put({
        params: { name: name.trim() },
        body: {
          ...(description.trim() === "" ? {} : { description: description.trim() }),
          ...(schema.trim() === "" || !schemaRead.ok || !isJsonObject(schemaRead.payload)
            ? {}
            : { schema: schemaRead.payload }),
          correlationPaths: linesOf(paths),
          samples: samplesRead.ok && Array.isArray(samplesRead.payload) ? samplesRead.payload : [],
        },
        ...(type === undefined ? {} : { ifMatch: type.revision }),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["event-types"] });
      onClose();
    },
  });
  const issues = issuesByField(save.error, fields);
  function edited<Value>(set: (value: Value) => void): (value: Value) => void {
    return (value) => {
      if (save.error !== null) save.reset();
      set(value);
    };
  }
  const common = { errorProps: { role: "alert" }, spellCheck: false } as const;
  return (
    <Dialog
      title={type === undefined ? "New event type" : `Change the event type ${type.name}`}
      onClose={onClose}
      wide
      keepsTyped
    >
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (schemaProblem === undefined && samplesProblem === undefined) save.mutate();
        }}
      >
        {type === undefined ? (
          <TextInput
            {...common}
            label="Name"
            description="of the events, such as order.placed; * says where any event may have its key"
            value={name}
            maxLength={200}
            required
            withAsterisk={false}
            error={issues.at("/name")}
            onChange={(event) => edited(setName)(event.currentTarget.value)}
          />
        ) : null}
        <TextInput
          label="Description (optional)"
          value={description}
          maxLength={2_000}
          error={issues.at("/description")}
          onChange={(event) => edited(setDescription)(event.currentTarget.value)}
        />
        <Textarea
          {...common}
          label="Where a payload has its key (optional)"
          description="one place a line, in the order in which they are tried, such as order.id"
          rows={2}
          value={paths}
          error={issues.at("/correlationPaths")}
          onChange={(event) => edited(setPaths)(event.currentTarget.value)}
        />
        <Textarea
          {...common}
          className="json-editor"
          label="Schema of the payload (optional)"
          description="JSON Schema; fields with “sensitive”: true are masked wherever the event is read"
          value={schema}
          error={schemaProblem ?? issues.at("/schema")}
          onChange={(event) => edited(setSchema)(event.currentTarget.value)}
        />
        <Textarea
          {...common}
          className="json-editor"
          label="Samples (optional)"
          description="a list of payloads that fit the schema, to show and to try with"
          value={samples}
          error={samplesProblem ?? issues.at("/samples")}
          onChange={(event) => edited(setSamples)(event.currentTarget.value)}
        />
        {save.error === null || issues.rest === null ? null : <ProblemNotice error={issues.rest} />}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={save.isPending}>
            {type === undefined ? "Create" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
