import type { BulkReportReply } from "@mainspring/api";
import { explainCode } from "@mainspring/core";
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type ReactElement } from "react";
import { CopyId } from "../parts/copy-id.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { lookOf } from "../status/status.ts";
import type { AskedRuns } from "./runs-search.ts";

type Action = BulkReportReply["action"];

const words: { readonly [action in Action]: { ask: string; act: string; none: string } } = {
  cancel: {
    ask: "are asked to stop: open calls and waits are ended, undoing steps run",
    act: "Cancel",
    none: "No run under way",
  },
  replay: {
    ask: "are run again from the beginning, as new runs with the same input",
    act: "Replay",
    none: "No run that has ended",
  },
  delete: {
    ask: "are deleted with their steps, waits and journals",
    act: "Delete",
    none: "No run that has ended",
  },
};

/**
 * What can be done with all runs that pass the filters, or with those that were chosen; for those who may.
 * @param chosen undefined: all that pass the filters
 */
export function BulkMenu({
  asked,
  chosen,
  onDone,
}: {
  asked: AskedRuns;
  chosen: ReadonlySet<string> | undefined;
  /** Something was done to them. */
  onDone: () => void;
}): ReactElement | null {
  const [action, setAction] = useState<Action | undefined>(undefined);
  const [mayAct, mayDelete] = [useMay("operator"), useMay("admin")];
  if (!mayAct) return null;
  return (
    <>
      <NativeSelect
        aria-label={chosen === undefined ? "With all of these runs" : "With the chosen runs"}
        size="xs"
        disabled={chosen?.size === 0}
        value=""
        onChange={({ currentTarget }) => setAction(currentTarget.value as Action)}
        data={[
          {
            value: "",
            label:
              chosen === undefined
                ? "With all of these …"
                : chosen.size === 0
                  ? "Choose runs below"
                  : `With ${chosen.size.toLocaleString("en")} chosen …`,
          },
          { value: "cancel", label: "Cancel" },
          { value: "replay", label: "Replay" },
          ...(mayDelete ? [{ value: "delete", label: "Delete" }] : []),
        ]}
      />
      {action === undefined ? null : (
        <BulkDialog
          action={action}
          asked={asked}
          chosen={chosen}
          onClose={(isDone) => {
            setAction(undefined);
            if (isDone) onDone();
          }}
        />
      )}
    </>
  );
}

/** Shows what would happen to which runs, does it to those and no others, and tells of each. */
function BulkDialog({
  action,
  asked,
  chosen,
  onClose,
}: {
  action: Action;
  asked: AskedRuns;
  chosen: ReadonlySet<string> | undefined;
  onClose: (isDone: boolean) => void;
}): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  // What was chosen is meant whatever has become of it since: no filter stands against it.
  const filter =
    chosen === undefined
      ? { ...asked, status: asked.status === undefined ? undefined : [...asked.status] }
      : { runIds: [...chosen] };
  const which =
    chosen === undefined
      ? { pass: "passes the filters", all: "all runs that pass the filters" }
      : { pass: "is among the chosen", all: "the chosen runs" };
  const plan = useMutation({ mutationFn: () => client.runs.bulk({ body: { action, filter, dryRun: true } }) });
  const act = useMutation({
    mutationFn: (planHash: string) =>
      client.runs.bulk({
        body: { action, filter, planHash, ...(reason.trim() === "" ? {} : { reason: reason.trim() }) },
      }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["runs"] }),
  });
  const { mutate } = plan;
  useEffect(() => mutate(), [mutate]);

  const { ask, act: word, none } = words[action];
  const planned = plan.data?.items.filter(({ result }) => result === "planned") ?? [];
  const left = (plan.data?.items.length ?? 0) - planned.length;
  if (act.data !== undefined) {
    const done = act.data.items.filter(({ result }) => result === "done").length;
    return (
      <Dialog title={`${word}: ${done} of ${runsText(act.data.items.length)} done`} onClose={() => onClose(true)} wide>
        <BulkList items={act.data.items} />
        <div className="dialog-actions">
          <Button onClick={() => onClose(true)} data-autofocus>
            Close
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={`${word} ${which.all}?`} onClose={() => onClose(false)} wide>
      {plan.data === undefined && plan.error === null ? <p role="status">Looking which runs these are …</p> : null}
      {plan.data !== undefined && planned.length === 0 ? <p role="status">{`${none} ${which.pass}.`}</p> : null}
      {plan.data === undefined || planned.length === 0 ? null : (
        <>
          <p role="status">
            <strong>{runsText(planned.length)}</strong> {ask}. This cannot be taken back.
            {plan.data.more ? " More runs pass the filters than one request takes: ask again for the rest." : ""}
          </p>
          <BulkList items={planned} />
          {left === 0 ? null : (
            <p className="small muted">
              {leftWords(left, chosen !== undefined)} left as {left === 1 ? "it is" : "they are"}:{" "}
              {leftText(plan.data.items)}.
            </p>
          )}
          {action === "cancel" ? (
            <TextInput
              label="Reason (optional)"
              value={reason}
              maxLength={1_000}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          ) : null}
        </>
      )}
      {plan.error === null ? null : <ProblemNotice error={plan.error} onRetry={() => plan.mutate()} />}
      {act.error === null ? null : <ProblemNotice error={act.error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={() => onClose(false)}>
          {planned.length === 0 ? "Close" : "Do nothing"}
        </Button>
        {planned.length === 0 ? null : (
          <Button
            color="danger"
            loading={act.isPending}
            onClick={() => {
              if (plan.data !== undefined) act.mutate(plan.data.planHash);
            }}
          >
            {word} {runsText(planned.length)}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function runsText(count: number): string {
  return count === 1 ? "1 run" : `${count.toLocaleString("en")} runs`;
}

function leftWords(left: number, wereChosen: boolean): string {
  const count = left.toLocaleString("en");
  if (wereChosen) return left === 1 ? "1 more was chosen and is" : `${count} more were chosen and are`;
  return left === 1 ? "1 more passes the filters and is" : `${count} more pass the filters and are`;
}

/** Why runs are left alone, each reason once. */
function leftText(items: BulkReportReply["items"]): string {
  const codes = new Set(
    items.flatMap(({ result, code }) => (result === "planned" || code === undefined ? [] : [code])),
  );
  return [...codes].map((code) => explainCode(code)?.title.toLowerCase() ?? code).join(", ");
}

const resultWords = { planned: "", done: "done", skipped: "skipped", failed: "failed" } as const;

function BulkList({ items }: { items: BulkReportReply["items"] }): ReactElement {
  return (
    <ul className="bulk-list" aria-label="Runs">
      {items.map(({ runId, workflow, status, result, code }) => (
        <li key={runId}>
          <StatusIcon status={status} />
          <span className="visually-hidden">{lookOf(status).word}</span>
          <span>{workflow}</span>
          <CopyId id={runId} label="run id" />
          <span className="bulk-result small muted">
            {resultWords[result]} {code === undefined ? null : <code>{code}</code>}
          </span>
        </li>
      ))}
    </ul>
  );
}
