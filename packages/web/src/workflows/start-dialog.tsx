import { Button, Skeleton, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { versionQuery } from "../app/queries.ts";
import { Dialog } from "../parts/dialog.tsx";
import { newKey } from "../parts/new-key.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { payloadTemplate, readPayload } from "./payload-text.ts";

/** Starts a run of a published version with a payload, and opens it. */
export function StartDialog({
  workflow,
  version,
  onClose,
}: {
  workflow: string;
  version: number;
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const definition = useQuery(versionQuery(client, workflow, version));
  return (
    <Dialog title={`Start ${workflow}`} onClose={onClose}>
      {definition.isPending ? (
        <Skeleton height={240} />
      ) : (
        <StartForm
          workflow={workflow}
          version={version}
          template={payloadTemplate(definition.data?.definition)}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

function StartForm({
  workflow,
  version,
  template,
  onClose,
}: {
  workflow: string;
  version: number;
  template: string;
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const router = useRouter();
  const [text, setText] = useState(template);
  // One key for this dialog: pressing twice, or again after no answer came, starts one run.
  const [idempotencyKey, setIdempotencyKey] = useState(newKey);
  const reading = readPayload(text);
  const start = useMutation({
    mutationFn: async () => {
      if (!reading.ok) throw new Error(reading.problem);
      const reply = await client.runs.start({
        params: { key: workflow },
        body: { payload: reading.payload, version },
        idempotencyKey,
      });
      return "runId" in reply ? reply.runId : reply.id;
    },
    onSuccess: (runId) => void router.navigate({ to: "/runs/$runId", params: { runId } }),
  });
  return (
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (reading.ok) start.mutate();
      }}
    >
      <p className="muted small">
        Version {version}. The payload is checked against the workflow's schema before anything starts.
      </p>
      <Textarea
        className="payload-editor"
        label="Payload (JSON)"
        value={text}
        spellCheck={false}
        autoFocus
        error={reading.ok ? undefined : reading.problem}
        errorProps={{ role: "alert" }}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setIdempotencyKey(newKey());
        }}
      />
      {start.error === null ? null : <ProblemNotice error={start.error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <Button type="submit" disabled={!reading.ok} loading={start.isPending}>
          Start run
        </Button>
      </div>
    </form>
  );
}
