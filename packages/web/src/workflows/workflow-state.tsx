import type { WorkflowSummary } from "@mainspring/api";
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { actorText } from "../session/actor-text.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";

/** That it is paused, since when, by whom and why, and what that means; and what lets it go on. */
export function PausedLine({ workflow }: { workflow: WorkflowSummary }): ReactElement | null {
  const { client, identity } = useSignedIn();
  const mayUnpause = useMay("operator");
  const refresh = useRefresh(workflow.key);
  const unpause = useMutation({
    mutationFn: () => client.workflows.unpause({ params: { key: workflow.key } }),
    onSuccess: refresh,
  });
  const { paused } = workflow;
  if (paused === null) return null;
  return (
    <div className="workflow-paused small" role="status">
      <span>
        <strong>Paused</strong> since <Moment at={paused.at} />
        {paused.by === null ? null : ` by ${actorText(paused.by, identity.keyId)}`}
        {paused.note === null ? "." : `: ${/[.!?]$/.test(paused.note) ? paused.note : `${paused.note}.`}`} Starts by
        people are held; events and schedules start nothing.
      </span>
      {mayUnpause ? (
        <Button variant="default" size="xs" loading={unpause.isPending} onClick={() => unpause.mutate()}>
          Unpause<span className="visually-hidden"> {workflow.key}</span>
        </Button>
      ) : null}
      {unpause.error === null ? null : <ProblemNotice error={unpause.error} />}
    </div>
  );
}

/** What an operator or author can do with a published workflow. */
export function WorkflowControls({ workflow }: { workflow: WorkflowSummary }): ReactElement | null {
  const [asking, setAsking] = useState<"pause" | "unpublish">();
  const mayPause = useMay("operator");
  const mayUnpublish = useMay("author");
  if (!mayPause) return null;
  const { key } = workflow;
  return (
    <>
      {workflow.paused === null && workflow.publishedVersion !== null ? (
        <Button variant="default" size="xs" onClick={() => setAsking("pause")}>
          Pause…
        </Button>
      ) : null}
      {mayUnpublish && workflow.publishedVersion !== null ? (
        <Button variant="default" size="xs" onClick={() => setAsking("unpublish")}>
          Unpublish…
        </Button>
      ) : null}
      {workflow.concurrencyLimit === null ? null : (
        <span className="muted small">
          at most {workflow.concurrencyLimit} {workflow.concurrencyLimit === 1 ? "run" : "runs"} at once
        </span>
      )}
      {asking === "pause" ? <PauseDialog workflow={key} onClose={() => setAsking(undefined)} /> : null}
      {asking === "unpublish" ? <UnpublishDialog workflow={key} onClose={() => setAsking(undefined)} /> : null}
    </>
  );
}

function PauseDialog({ workflow, onClose }: { workflow: string; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const refresh = useRefresh(workflow);
  const [note, setNote] = useState("");
  const pause = useMutation({
    mutationFn: () =>
      client.workflows.pause({ params: { key: workflow }, body: note.trim() === "" ? {} : { note: note.trim() } }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <Dialog title="Pause this workflow?" onClose={onClose}>
      <p>
        Runs of <code>{workflow}</code> that are under way go on. New starts by people wait until it is unpaused; events
        and schedules start nothing meanwhile.
      </p>
      <TextInput
        label="Note (optional)"
        value={note}
        maxLength={1_000}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
      />
      {pause.error === null ? null : <ProblemNotice error={pause.error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          Let it start
        </Button>
        <Button loading={pause.isPending} onClick={() => pause.mutate()}>
          Pause workflow
        </Button>
      </div>
    </Dialog>
  );
}

function UnpublishDialog({ workflow, onClose }: { workflow: string; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const refresh = useRefresh(workflow);
  const unpublish = useMutation({
    mutationFn: () => client.workflows.unpublish({ params: { key: workflow } }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <Dialog title="Unpublish this workflow?" onClose={onClose}>
      <p>
        Runs of <code>{workflow}</code> that are under way go on, and workflows that call it still do. Held starts are
        dropped and its schedules are removed; nothing starts it until it is published again.
      </p>
      {unpublish.error === null ? null : <ProblemNotice error={unpublish.error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it published
        </Button>
        <Button color="danger" loading={unpublish.isPending} onClick={() => unpublish.mutate()}>
          Unpublish
        </Button>
      </div>
    </Dialog>
  );
}

function useRefresh(key: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    for (const queryKey of [["workflow", key], ["workflows"], ["schedules"]])
      await queries.invalidateQueries({ queryKey });
  };
}
