import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { newKey } from "../parts/new-key.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { readPayload } from "../workflows/payload-text.ts";

/** Sends the event that a run waits for, made by hand. */
export function SendEventDialog({
  runId,
  name,
  correlationKey,
  onClose,
}: {
  runId: string;
  name: string;
  correlationKey: string;
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [key, setKey] = useState(correlationKey);
  const [text, setText] = useState("{}");
  // One id for one content: pressing twice, or again after no answer came, sends one event.
  const [eventId, setEventId] = useState(newKey);
  const reading = readPayload(text);
  const send = useMutation({
    mutationFn: async () => {
      if (!reading.ok) throw new Error(reading.problem);
      await client.events.accept({
        body: { name, id: eventId, source: "run-studio", correlationKey: key.trim(), payload: reading.payload },
      });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["run", runId] });
      onClose();
    },
  });
  const changed = (): void => {
    setEventId(newKey());
    send.reset();
  };
  return (
    <Dialog title={`Send ${name}`} onClose={onClose} wide>
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
        <TextInput
          label="Key"
          value={key}
          maxLength={500}
          onChange={(event) => {
            setKey(event.currentTarget.value);
            changed();
          }}
        />
        <Textarea
          className="payload-editor"
          label="Payload (JSON)"
          value={text}
          spellCheck={false}
          data-autofocus
          error={reading.ok ? undefined : reading.problem}
          errorProps={{ role: "alert" }}
          onChange={(event) => {
            setText(event.currentTarget.value);
            changed();
          }}
        />
        {send.error === null ? null : <ProblemNotice error={send.error} />}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" disabled={!reading.ok || key.trim() === ""} loading={send.isPending}>
            Send event
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
