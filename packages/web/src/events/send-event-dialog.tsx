import type { EventTypeReply } from "@mainspring/api";
import type { Json } from "@mainspring/core";
import { Button, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { issuesByField } from "../parts/field-issues.ts";
import { newKey } from "../parts/new-key.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { eventTypesQuery } from "../settings/queries.ts";
import { readPayload } from "../workflows/payload-text.ts";
import "../parts/fields.css";

const fields = ["/name", "/correlationKey", "/payload"];

/**
 * Sends an event that is made by hand, with a sample of its type to begin with.
 * @param runId of the run for whose sake it is sent, which is looked at again then
 * @param name left out: it is typed
 */
export function SendEventDialog({
  name: given,
  correlationKey: givenKey,
  payload: givenPayload,
  runId,
  onClose,
}: {
  name?: string;
  correlationKey?: string;
  payload?: Json;
  runId?: string;
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const types = useQuery(eventTypesQuery(client));
  const [typedName, setName] = useState(given ?? "");
  const [key, setKey] = useState(givenKey ?? "");
  const [typedText, setText] = useState<string | undefined>(
    givenPayload === undefined ? undefined : jsonText(givenPayload),
  );
  // One id for one content: pressing twice, or again after no answer came, sends one event.
  const [id, setId] = useState(newKey);
  const name = typedName.trim();
  const samples = samplesOf(types.data, name);
  const text = typedText ?? jsonText(samples[0] ?? {});
  const reading = readPayload(text);
  const send = useMutation({
    mutationFn: async () => {
      if (!reading.ok) throw new Error(reading.problem);
      const reply = await client.events.accept({
        body: {
          name,
          id,
          source: "run-studio",
          payload: reading.payload,
          ...(key.trim() === "" ? {} : { correlationKey: key.trim() }),
        },
      });
      return Array.isArray(reply) ? reply[0] : reply;
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["events"] });
      if (runId === undefined) return;
      void queries.invalidateQueries({ queryKey: ["run", runId] });
      onClose();
    },
  });
  const issues = issuesByField(send.error, fields);
  function changed(): void {
    setId(newKey());
    send.reset();
  }
  return (
    <Dialog title={given === undefined ? "Send an event" : `Send ${given}`} onClose={onClose} wide keepsTyped>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (reading.ok) send.mutate();
        }}
      >
        <p>
          A real event from source <code>run-studio</code>: every run that waits for this name and key may take it, and
          triggers that listen to the name are asked.
        </p>
        {given === undefined ? (
          <TextInput
            label="Name"
            placeholder="order.placed"
            value={typedName}
            maxLength={200}
            list="send-event-names"
            autoComplete="off"
            required
            withAsterisk={false}
            error={issues.at("/name")}
            errorProps={{ role: "alert" }}
            onChange={(event) => {
              setName(event.currentTarget.value);
              changed();
            }}
          />
        ) : null}
        <datalist id="send-event-names">
          {(types.data ?? []).map((type) => (type.name === "*" ? null : <option key={type.name} value={type.name} />))}
        </datalist>
        <TextInput
          label="Key"
          description={
            givenKey === undefined ? "left empty, it is looked for in the payload, as for any event" : undefined
          }
          value={key}
          maxLength={1_000}
          error={issues.at("/correlationKey")}
          errorProps={{ role: "alert" }}
          onChange={(event) => {
            setKey(event.currentTarget.value);
            changed();
          }}
        />
        {samples.length < 2 ? null : (
          <NativeSelect
            label="Sample"
            value={String(samples.findIndex((sample) => jsonText(sample) === text))}
            data={[
              { value: "-1", label: "typed by hand" },
              ...samples.map((_, index) => ({ value: String(index), label: `sample ${index + 1}` })),
            ]}
            onChange={(event) => {
              const sample = samples[Number(event.currentTarget.value)];
              if (sample === undefined) return;
              setText(jsonText(sample));
              changed();
            }}
          />
        )}
        <Textarea
          className="json-editor"
          label="Payload (JSON)"
          value={text}
          spellCheck={false}
          data-autofocus={given === undefined ? undefined : ""}
          error={reading.ok ? issues.at("/payload") : reading.problem}
          errorProps={{ role: "alert" }}
          onChange={(event) => {
            setText(event.currentTarget.value);
            changed();
          }}
        />
        {send.error === null || issues.rest === null ? null : <ProblemNotice error={issues.rest} />}
        {send.data === undefined ? null : (
          <p role="status">
            It is accepted.{" "}
            <Link to="/events" search={{ event: send.data.eventId }} onClick={onClose}>
              See what becomes of it
            </Link>
          </p>
        )}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button
            type="submit"
            disabled={
              !reading.ok || name === "" || (runId !== undefined && key.trim() === "") || send.data !== undefined
            }
            loading={send.isPending}
          >
            Send event
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function samplesOf(types: readonly EventTypeReply[] | undefined, name: string): readonly Json[] {
  return types?.find((type) => type.name === name)?.samples ?? [];
}

function jsonText(value: Json): string {
  return JSON.stringify(value, undefined, 2);
}
