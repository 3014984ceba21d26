import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { runQuery } from "../app/queries.ts";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";

/** Asks before a run is cancelled, and shows why it was refused if it is. */
export function CancelDialog({
  runId,
  workflow,
  onClose,
}: {
  runId: string;
  workflow: string;
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const cancel = useMutation({
    mutationFn: () =>
      client.runs.cancel({ params: { id: runId }, body: reason.trim() === "" ? {} : { reason: reason.trim() } }),
    onSuccess: ({ cancelRequestedAt }) => {
      queries.setQueryData(runQuery(client, runId).queryKey, (run) =>
        run === undefined ? run : { ...run, cancelRequestedAt },
      );
      void queries.invalidateQueries({ queryKey: ["run", runId] });
      onClose();
    },
  });
  return (
    <Dialog title="Cancel this run?" onClose={onClose}>
      <p>
        The run of <code>{workflow}</code> is asked to stop: open calls and waits are ended, undoing steps and finally
        blocks run. This cannot be taken back.
      </p>
      <TextInput
        label="Reason (optional)"
        value={reason}
        maxLength={1_000}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
      {cancel.error === null ? null : <ProblemNotice error={cancel.error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          Keep it running
        </Button>
        <Button color="danger" loading={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel run
        </Button>
      </div>
    </Dialog>
  );
}
