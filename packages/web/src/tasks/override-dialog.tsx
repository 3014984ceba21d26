import type { TaskReply } from "@mainspring/api";
import { Button, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { newKey } from "../parts/new-key.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { readPayload } from "../workflows/payload-text.ts";

/** An administrator answers past the form and whoever has claimed the task. */
export function OverrideDialog({
  task,
  onClose,
  onDone,
}: {
  task: TaskReply;
  onClose: () => void;
  onDone: (() => void) | undefined;
}): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [text, setText] = useState("{}");
  const [submissionId, setSubmissionId] = useState(newKey);
  const reading = readPayload(text);
  const override = useMutation({
    mutationFn: async () => {
      if (!reading.ok) throw new Error(reading.problem);
      await client.tasks.override({ params: { id: task.id }, body: { answer: reading.payload, submissionId } });
    },
    onSuccess: () => {
      onClose();
      onDone?.();
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["tasks"] });
      void queries.invalidateQueries({ queryKey: ["run", task.runId] });
    },
  });
  return (
    <Dialog title="Answer past the form?" onClose={onClose} wide>
      <p>
        This answers “{task.title}” as an administrator: the form does not bind it, nor does a claim. It is audited, and
        the run records it as an override.
      </p>
      <Textarea
        className="payload-editor"
        label="Answer (JSON)"
        value={text}
        spellCheck={false}
        error={reading.ok ? undefined : reading.problem}
        errorProps={{ role: "alert" }}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setSubmissionId(newKey());
          override.reset();
        }}
      />
      {override.error === null ? null : <ProblemNotice error={override.error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <Button color="danger" disabled={!reading.ok} loading={override.isPending} onClick={() => override.mutate()}>
          Override
        </Button>
      </div>
    </Dialog>
  );
}
