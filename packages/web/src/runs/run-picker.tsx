import type { RunReply } from "@mainspring/api";
import { Button, NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactElement } from "react";
import { runQuery, runsQuery, workflowsQuery } from "../app/queries.ts";
import { shortId } from "../parts/copy-id.tsx";
import { Empty } from "../parts/empty.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import { runIdOf } from "./diff-search.ts";
import { rowWhy } from "./row-why.ts";
import { askedRuns, searchTextMin } from "./runs-search.ts";

/** Chooses a run to compare with: those that have to do with the other one first, then others of its workflow. */
export function RunPicker({
  name,
  other,
  otherId,
  onPick,
  onClose,
}: {
  name: string;
  /** The run on the other side. */
  other: RunReply | undefined;
  otherId: string | undefined;
  onPick: (id: string) => void;
  /** Absent: a run must be chosen. */
  onClose: (() => void) | undefined;
}): ReactElement {
  const { client } = useSignedIn();
  const [text, setText] = useState("");
  const [workflow, setWorkflow] = useState<string | undefined>(undefined);
  const workflows = useQuery(workflowsQuery(client));
  const shownWorkflow = workflow ?? other?.workflow ?? "";
  const q = text.trim();
  const pasted = runIdOf(q);
  const asked = useMemo(
    () =>
      askedRuns(
        { workflow: shownWorkflow === "" ? undefined : shownWorkflow, q: pasted === undefined ? q : undefined },
        0,
      ),
    [shownWorkflow, q, pasted],
  );
  const list = useInfiniteQuery({ ...runsQuery(client, asked), enabled: otherId === undefined || other !== undefined });
  const offers = other === undefined ? [] : offersOf(other);
  const above = new Set([otherId, ...offers.map(({ id }) => id)]);
  const runs = (list.data?.pages.flatMap((page) => page.items) ?? []).filter(({ id }) => !above.has(id));
  const keys = workflows.data?.map(({ key }) => key) ?? [];
  const keysWithShown = shownWorkflow === "" || keys.includes(shownWorkflow) ? keys : [shownWorkflow, ...keys];
  return (
    <section className="picker panel" aria-label={`Choose run ${name}`}>
      <div className="picker-head">
        <h2>Choose run {name}</h2>
        {onClose === undefined ? null : (
          <Button variant="default" size="xs" onClick={onClose}>
            Keep the one that was
          </Button>
        )}
      </div>
      {offers.length === 0 ? null : (
        <ul className="picker-runs picker-offers" aria-label="Runs that have to do with the other one">
          {offers.map(({ id, word }) => (
            <PickedRun key={id} runId={id} word={word} onPick={onPick} />
          ))}
        </ul>
      )}
      <div className="picker-filters">
        <TextInput
          size="xs"
          className="run-search"
          aria-label="Run id, or text of a run"
          placeholder="Run id, or text of its payload or error …"
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.currentTarget.value)}
          rightSectionWidth={110}
          rightSectionPointerEvents="none"
          rightSection={
            q !== "" && q.length < searchTextMin ? (
              <span className="small muted">{searchTextMin} letters or more</span>
            ) : null
          }
        />
        <NativeSelect
          aria-label="Workflow"
          size="xs"
          className="run-workflow"
          value={shownWorkflow}
          onChange={(event) => setWorkflow(event.currentTarget.value)}
          data={[{ value: "", label: "All workflows" }, ...keysWithShown.map((key) => ({ value: key, label: key }))]}
        />
      </div>
      {pasted !== undefined ? (
        <ul className="picker-runs" aria-label="Runs">
          <PickedRun runId={pasted} onPick={onPick} />
        </ul>
      ) : list.data === undefined ? (
        list.error === null ? (
          <Skeleton height={120} m={12} />
        ) : (
          <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
        )
      ) : runs.length === 0 ? (
        <Empty title={otherId === undefined ? "No such run" : "No other run"}>
          {shownWorkflow === "" ? null : (
            <Button variant="default" size="xs" onClick={() => setWorkflow("")}>
              Look in all workflows
            </Button>
          )}
        </Empty>
      ) : (
        <ul className="picker-runs" aria-label="Runs, newest first">
          {runs.map((run) => (
            <li key={run.id}>
              <button type="button" className="picker-run" onClick={() => onPick(run.id)}>
                <StatusMark status={run.status} />
                <span className="picker-run-name">
                  {run.workflow} <span className="muted">v{run.version}</span>{" "}
                  <span className="muted mono">#{shortId(run.id)}</span>
                </span>
                <span className="picker-run-why muted small">
                  <Sentence text={rowWhy(run)} />
                </span>
                <span className="muted small">
                  <Moment at={run.startedAt ?? run.createdAt} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const offeredMax = 6;

/** The run that it was made from, and those that were made from it. */
function offersOf(run: RunReply): readonly { readonly id: string; readonly word: string }[] {
  return [
    ...(run.replayOfRunId === null ? [] : [{ id: run.replayOfRunId, word: "the run that it replays" }]),
    ...(typeof run.restartedFrom === "string"
      ? [{ id: run.restartedFrom, word: "the run that it was restarted from" }]
      : []),
    ...run.replays.map(({ id }) => ({ id, word: "a replay of it" })),
    ...run.restarts.map(({ id }) => ({ id, word: "a restart of it" })),
  ].slice(0, offeredMax);
}

function PickedRun({
  runId,
  word,
  onPick,
}: {
  runId: string;
  word?: string;
  onPick: (id: string) => void;
}): ReactElement {
  const { client } = useSignedIn();
  const { data: run, error } = useQuery({ ...runQuery(client, runId), staleTime: 5_000 });
  if (run === undefined)
    return (
      <li className="picker-run muted">
        {error === null ? <Skeleton height={14} width={180} /> : `Run #${shortId(runId)} is not there (any more).`}
      </li>
    );
  return (
    <li>
      <button type="button" className="picker-run" onClick={() => onPick(runId)}>
        <StatusMark status={run.status} />
        <span className="picker-run-name">
          {run.workflow} <span className="muted">v{run.version}</span>{" "}
          <span className="muted mono">#{shortId(runId)}</span>
        </span>
        <span className="picker-run-why small">{word ?? <Sentence text={rowWhy(run)} />}</span>
        <span className="muted small">
          <Moment at={run.startedAt ?? run.createdAt} />
        </span>
      </button>
    </li>
  );
}
