import type { EventTypeReply } from "@mainspring/api";
import { isJsonObject, type Json } from "@mainspring/core";
import { Button, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { SendEventDialog } from "../events/send-event-dialog.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { readPayload } from "../workflows/payload-text.ts";
import { eventTypesQuery } from "./queries.ts";
import { codeField, NameField, proseField, SettingEditor, useSaving } from "./setting-editor.tsx";
import { SettingList } from "./setting-list.tsx";
import { ChangeButton, Changed, RemoveButton, SettingLine } from "./setting-parts.tsx";

/** What is known of events of a name: their schema, where their key stands, and samples to try with. */
export function EventTypesTab(): ReactElement {
  const { client } = useSignedIn();
  return (
    <SettingList
      kind="event type"
      title="Event types"
      order="by their names"
      about="What events of a name look like. A payload that does not fit the schema is refused; events without a type may have any."
      query={useQuery(eventTypesQuery(client))}
      empty="With one, publishing checks the expressions that read such events, and samples can be sent to try them."
      line={(type) => <EventTypeLine key={type.name} type={type} />}
      maker="author"
      editor={(onClose) => <EventTypeForm onClose={onClose} />}
    />
  );
}

function EventTypeLine({ type }: { type: EventTypeReply }): ReactElement {
  const { client } = useSignedIn();
  const [mayWrite, maySend] = [useMay("author"), useMay("operator")];
  const [asked, setAsked] = useState<{ readonly kind: "edit" } | { readonly kind: "send"; readonly payload: Json }>();
  const { name, description, schema, correlationPaths, samples, updatedAt, updatedBy } = type;
  const isAny = name === "*";
  return (
    <SettingLine
      name={isAny ? "* (any event)" : name}
      facts={
        <>
          {isJsonObject(schema) ? "with a schema" : "any payload"} · <Changed at={updatedAt} by={updatedBy} />
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
              <ChangeButton what={`the event type ${name}`} onClick={() => setAsked({ kind: "edit" })} />
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
  const saving = useSaving({
    queryKey: ["event-types"],
    fields,
    save: () =>
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
    onSaved: onClose,
  });
  const { issues, edited } = saving;
  return (
    <SettingEditor
      title={type === undefined ? "New event type" : `Change the event type ${type.name}`}
      isNew={type === undefined}
      saving={saving}
      isSound={schemaProblem === undefined && samplesProblem === undefined}
      onClose={onClose}
    >
      {type === undefined ? (
        <NameField
          saving={saving}
          label="Name"
          description="of the events, such as order.placed; * says where any event may have its key"
          value={name}
          maxLength={200}
          onChange={setName}
        />
      ) : null}
      <TextInput
        {...proseField}
        label="Description (optional)"
        value={description}
        maxLength={2_000}
        error={issues.at("/description")}
        onChange={edited(setDescription)}
      />
      <Textarea
        {...codeField}
        label="Where a payload has its key (optional)"
        description="one place a line, in the order in which they are tried, such as order.id"
        rows={2}
        value={paths}
        error={issues.at("/correlationPaths")}
        onChange={edited(setPaths)}
      />
      <Textarea
        {...codeField}
        className="json-editor"
        label="Schema of the payload (optional)"
        description="JSON Schema; fields with “sensitive”: true are masked wherever the event is read"
        value={schema}
        error={schemaProblem ?? issues.at("/schema")}
        onChange={edited(setSchema)}
      />
      <Textarea
        {...codeField}
        className="json-editor"
        label="Samples (optional)"
        description="a list of payloads that fit the schema, to show and to try with"
        value={samples}
        error={samplesProblem ?? issues.at("/samples")}
        onChange={edited(setSamples)}
      />
    </SettingEditor>
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
