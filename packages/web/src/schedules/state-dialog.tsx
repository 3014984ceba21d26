import type { ScheduleReply } from "@mainspring/api";
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";

/** Pauses a schedule with a note, or lets a paused one go on; shows why if it is refused. */
export function StateDialog({ schedule, onClose }: { schedule: ScheduleReply; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const isActive = schedule.state === "active";
  const change = useMutation({
    mutationFn: () => {
      const request = {
        params: { id: schedule.id },
        body: note.trim() === "" ? {} : { note: note.trim() },
      };
      return isActive ? client.schedules.pause(request) : client.schedules.unpause(request);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["schedules"] });
      onClose();
    },
  });
  return (
    <Dialog title={isActive ? "Pause this schedule?" : "Let this schedule go on?"} onClose={onClose}>
      <p>
        {isActive ? (
          <>
            Times of <strong>{schedule.name}</strong> that pass meanwhile start nothing, and are recorded with the note.
          </>
        ) : (
          <>
            <strong>{schedule.name}</strong> starts runs again from its next time on. What passed while it was paused is
            not made up for by itself.
          </>
        )}
      </p>
      {isActive ? (
        <TextInput
          label="Note (optional)"
          value={note}
          maxLength={2_000}
          onChange={(event) => setNote(event.currentTarget.value)}
          data-autofocus
        />
      ) : null}
      {change.error === null ? null : <ProblemNotice error={change.error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button loading={change.isPending} onClick={() => change.mutate()}>
          {isActive ? "Pause schedule" : "Unpause schedule"}
        </Button>
      </div>
    </Dialog>
  );
}
