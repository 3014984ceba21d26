import type { WorkflowReply } from "@mainspring/api";
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";

/** How a workflow is run, and its end. */
export function SettingsTab({ workflow }: { workflow: WorkflowReply }): ReactElement {
  const mayChange = useMay("author");
  if (!mayChange)
    return (
      <div className="workflow-part">
        <p>
          {workflow.concurrencyLimit === null
            ? "As many of its runs may be under way at once as the tenant may have."
            : `At most ${workflow.concurrencyLimit} of its runs may be under way at once.`}
        </p>
        <p className="muted small">A key of the role author changes that.</p>
      </div>
    );
  return (
    <div className="workflow-part">
      <ConcurrencyForm key={workflow.concurrencyLimit ?? "none"} workflow={workflow} />
      <Deletion workflow={workflow} />
    </div>
  );
}

function ConcurrencyForm({ workflow }: { workflow: WorkflowReply }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const held = workflow.concurrencyLimit === null ? "" : String(workflow.concurrencyLimit);
  const [text, setText] = useState(held);
  const isNumber = text.trim() === "" || /^\d{1,7}$/.test(text.trim());
  const save = useMutation({
    mutationFn: () =>
      client.workflows.putSettings({
        params: { key: workflow.key },
        body: { concurrencyLimit: text.trim() === "" ? null : Number(text) },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["workflow", workflow.key] });
      await queries.invalidateQueries({ queryKey: ["workflows"] });
    },
  });
  return (
    <section aria-label="Runs at once" className="workflow-setting">
      <h2>Runs at once</h2>
      <p className="muted">
        Over the limit a person's start is refused with 429, and that of an event or a schedule is held until there is
        room.
      </p>
      <form
        className="workflow-setting-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isNumber) save.mutate();
        }}
      >
        <TextInput
          size="xs"
          label="At most"
          placeholder="no limit of its own"
          inputMode="numeric"
          value={text}
          error={isNumber ? undefined : "Type a whole number, or nothing."}
          errorProps={{ role: "alert" }}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button size="xs" type="submit" loading={save.isPending} disabled={!isNumber || text.trim() === held}>
          Save
        </Button>
      </form>
      {save.error === null ? null : <ProblemNotice error={save.error} />}
    </section>
  );
}

function Deletion({ workflow: { key } }: { workflow: WorkflowReply }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const router = useRouter();
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => client.workflows.remove({ params: { key } }),
    onSuccess: async () => {
      await router.navigate({ to: "/workflows" });
      queries.removeQueries({ queryKey: ["workflow", key] });
      await queries.invalidateQueries({ queryKey: ["workflows"] });
    },
  });
  return (
    <section aria-label="Delete" className="workflow-setting">
      <h2>Delete</h2>
      <p className="muted">
        Refused while runs of it are open or held, or a published workflow calls it. Ended runs stay; the key used again
        is another workflow.
      </p>
      <div>
        <Button size="xs" variant="default" onClick={() => setAsking(true)}>
          Delete workflow…
        </Button>
      </div>
      {isAsking ? (
        <ConfirmDialog
          title={`Delete the workflow ${key}?`}
          action="Delete workflow"
          isPending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          Its draft, versions and schedules are gone then, and nothing brings them back. Ended runs stay.
        </ConfirmDialog>
      ) : null}
    </section>
  );
}
