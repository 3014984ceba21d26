import type { ScheduleReply } from "@mainspring/api";
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";

export type StateChange = "pause" | "unpause" | "disable" | "enable";

const texts: Record<StateChange, { title: string; action: string; effect: string }> = {
  pause: {
    title: "Pause this schedule?",
    action: "Pause schedule",
    effect: "Times that pass meanwhile start nothing, and are recorded with the note.",
  },
  unpause: {
    title: "Let this schedule go on?",
    action: "Unpause schedule",
    effect:
      "It starts runs again from its next time on. What passed while it was paused is not made up for by itself: a backfill does that.",
  },
  disable: {
    title: "Disable this schedule?",
    action: "Disable schedule",
    effect: "It keeps its settings and starts nothing; times that pass are recorded with the note.",
  },
  enable: {
    title: "Enable this schedule?",
    action: "Enable schedule",
    effect: "It starts runs again from its next time on, if its payload fits the version that is published now.",
  },
};

/** Pauses or disables a schedule with a note, or lets it go on; shows why if it is refused. */
export function StateDialog({
  schedule,
  change,
  onClose,
}: {
  schedule: ScheduleReply;
  change: StateChange;
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const { title, action, effect } = texts[change];
  const takesNote = change === "pause" || change === "disable";
  const act = useMutation({
    mutationFn: () =>
      client.schedules[change]({
        params: { id: schedule.id },
        body: note.trim() === "" ? {} : { note: note.trim() },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["schedules"] });
      onClose();
    },
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate();
        }}
      >
        <p>
          <strong>{schedule.name}</strong> starts <code>{schedule.workflow}</code>. {effect}
        </p>
        {takesNote ? (
          <TextInput
            label="Note (optional)"
            value={note}
            maxLength={2_000}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
        ) : null}
        {act.error === null ? null : <ProblemNotice error={act.error} />}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={act.isPending}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
