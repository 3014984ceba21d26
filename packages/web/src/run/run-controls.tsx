import type { RunReply } from "@mainspring/api";
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { hasEnded } from "../status/status.ts";
import { CancelDialog } from "./cancel-dialog.tsx";
import { exportRun } from "./export-run.ts";
import { isLegacy } from "./legacy.ts";
import { ReplayDialog } from "./replay-dialog.tsx";

type Asked = "cancel" | "replay";

/** What can be done with a run. There is no retry, resume or requeue: recovery is a new run. */
export function RunControls({
  run,
  status,
  onRestart,
}: {
  run: RunReply;
  status: string;
  onRestart: () => void;
}): ReactElement {
  const mayControl = useMay("operator");
  const [asked, setAsked] = useState<Asked | undefined>(undefined);
  const close = (): void => setAsked(undefined);
  return (
    <div className="run-controls" role="group" aria-label="What can be done with this run">
      {mayControl && !hasEnded(status) ? (
        <Button
          variant="default"
          size="xs"
          disabled={run.cancelRequestedAt !== null}
          onClick={() => setAsked("cancel")}
        >
          {run.cancelRequestedAt === null ? "Cancel" : "Cancel asked for"}
        </Button>
      ) : null}
      {mayControl ? (
        <Button variant="default" size="xs" onClick={() => setAsked("replay")}>
          Replay
        </Button>
      ) : null}
      {mayControl ? (
        <Button variant="default" size="xs" onClick={onRestart}>
          Restart from step
        </Button>
      ) : null}
      {mayControl && status === "PAUSED" ? <QuotaButton runId={run.id} /> : null}
      {isLegacy(run) ? null : <CompareLink run={run} />}
      <ExportButton runId={run.id} />
      {asked === "cancel" ? <CancelDialog runId={run.id} workflow={run.workflow} onClose={close} /> : null}
      {asked === "replay" ? <ReplayDialog run={run} onClose={close} /> : null}
    </div>
  );
}

/** A run that was made from another one stands beside that as B; any other is A. */
function CompareLink({ run }: { run: RunReply }): ReactElement {
  const isDerived = run.replayOfRunId !== null || typeof run.restartedFrom === "string";
  return (
    <Button
      variant="default"
      size="xs"
      renderRoot={(props) => <Link {...props} to="/runs/diff" search={isDerived ? { b: run.id } : { a: run.id }} />}
    >
      Compare
    </Button>
  );
}

/** Lets a run go on that its tenant's step quota has paused. */
function QuotaButton({ runId }: { runId: string }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const resume = useMutation({
    mutationFn: () => client.runs.quotaResume({ params: { id: runId } }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["run", runId] }),
  });
  return (
    <>
      <Button size="xs" loading={resume.isPending} disabled={resume.isSuccess} onClick={() => resume.mutate()}>
        Continue despite quota
      </Button>
      {resume.error === null ? null : (
        <Dialog title="The run was not continued" onClose={() => resume.reset()}>
          <ProblemNotice error={resume.error} />
        </Dialog>
      )}
    </>
  );
}

function ExportButton({ runId }: { runId: string }): ReactElement {
  const { client } = useSignedIn();
  const save = useMutation({ mutationFn: () => exportRun(client, runId) });
  return (
    <>
      <Button variant="default" size="xs" loading={save.isPending} onClick={() => save.mutate()}>
        Export
      </Button>
      {save.error === null ? null : (
        <Dialog title="The run was not exported" onClose={() => save.reset()}>
          <ProblemNotice error={save.error} onRetry={() => save.mutate()} />
        </Dialog>
      )}
    </>
  );
}
