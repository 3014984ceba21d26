import type { WorkflowReply } from "@mainspring/api";
import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, type ReactElement } from "react";
import { versionQuery } from "../app/queries.ts";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { GraphSequence, GraphStepName } from "../run/definition-graph.tsx";
import { graphOf, type GraphStep } from "../run/graph-model.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { ChangeMark, changeTones, type ChangeKind } from "./change-mark.tsx";
import { diffQuery } from "./queries.ts";
import { useVersionNumbers } from "./use-version-numbers.ts";
import { sideOf, sideText, type VersionSide, type WorkflowTabProps } from "./workflow-search.ts";

/** A version, or the draft with what it changes, as the tree of its steps. */
export function GraphTab({ workflow, search, onSearch }: WorkflowTabProps): ReactElement {
  const numbers = useVersionNumbers(workflow.key) ?? [];
  const shown = search.version ?? "draft";
  const sides = [...new Set<VersionSide>(["draft", shown, ...numbers])];
  return (
    <section aria-label="Graph" className="workflow-part">
      <div className="compare-sides">
        <NativeSelect
          size="xs"
          label="Steps of"
          value={String(shown)}
          data={sides.map((side) => ({
            value: String(side),
            label: side === "draft" ? "the draft" : `version ${side}`,
          }))}
          onChange={({ currentTarget }) => onSearch({ ...search, version: sideOf(currentTarget.value) })}
        />
      </div>
      {shown === "draft" ? (
        <DraftGraph workflow={workflow} />
      ) : (
        <VersionGraph workflow={workflow.key} version={shown} />
      )}
    </section>
  );
}

function VersionGraph({ workflow, version }: { workflow: string; version: number }): ReactElement {
  const { client } = useSignedIn();
  const read = useQuery(versionQuery(client, workflow, version));
  return (
    <Loaded query={read} what="the definition" height={240}>
      {({ definition }) => <Graph definition={definition} side={version} />}
    </Loaded>
  );
}

/** With what publishing it would change. */
function DraftGraph({ workflow }: { workflow: WorkflowReply }): ReactElement {
  const { client } = useSignedIn();
  const { key, definition, revision, publishedVersion } = workflow;
  const diff = useQuery({
    ...diffQuery(client, key, publishedVersion ?? "draft", "draft", revision),
    enabled: publishedVersion !== null,
  });
  const steps = diff.data?.steps;
  const kinds = useMemo(
    () =>
      new Map<string, ChangeKind>([
        ...(steps?.added ?? []).map((id) => [id, "added"] as const),
        ...(steps?.changed ?? []).map((id) => [id, "changed"] as const),
      ]),
    [steps],
  );
  const removed = steps?.removed ?? [];
  return (
    <>
      {diff.error !== null && steps === undefined ? (
        <ProblemNotice error={diff.error} onRetry={() => void diff.refetch()} />
      ) : publishedVersion === null ? null : (
        <p className="muted small graph-against">
          {steps === undefined
            ? `Comparing it with version ${publishedVersion} …`
            : kinds.size + removed.length === 0
              ? `Its steps are those of version ${publishedVersion}, which is published.`
              : `Marked is what differs from version ${publishedVersion}, which is published.`}
          {removed.length === 0 ? null : (
            <span className="graph-removed">
              <ChangeMark kind="removed" />
              {removed.map((id) => (
                <code key={id}>{id}</code>
              ))}
            </span>
          )}
        </p>
      )}
      <Graph definition={definition} side="draft" kinds={kinds} />
    </>
  );
}

function Graph({
  definition,
  side,
  kinds,
}: {
  definition: WorkflowReply["definition"];
  side: VersionSide;
  /** What became of steps, by their ids; a step that is not in it is as it was. */
  kinds?: ReadonlyMap<string, ChangeKind>;
}): ReactElement {
  const steps = useMemo(() => graphOf(definition), [definition]);
  return (
    <div className="graph panel">
      {steps.length === 0 ? (
        <Empty title="There are no steps">Nothing in this document can be read as one.</Empty>
      ) : (
        <GraphSequence
          label={`Steps of ${sideText(side)}`}
          steps={steps}
          drawing={{ node: (step) => <Node step={step} kind={kinds?.get(step.id)} /> }}
        />
      )}
    </div>
  );
}

function Node({ step, kind }: { step: GraphStep; kind: ChangeKind | undefined }): ReactElement {
  return (
    <div className="graph-node" data-plain="" data-tone={kind === undefined ? undefined : changeTones[kind]}>
      <GraphStepName step={step} />
      {kind === undefined ? null : <ChangeMark kind={kind} />}
    </div>
  );
}
