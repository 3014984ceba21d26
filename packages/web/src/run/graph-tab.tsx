import { ApiProblem, type RunReply } from "@mainspring/api";
import { Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo, type ReactElement } from "react";
import { versionQuery } from "../app/queries.ts";
import { useKeys } from "../app/use-keys.ts";
import { Empty } from "../parts/empty.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { lookOf } from "../status/status.ts";
import { GraphSequence, GraphStepName } from "./definition-graph.tsx";
import { graphOf, tallies, wasTaken, type GraphBlock, type GraphStep, type StepTally } from "./graph-model.ts";
import { StepDetail } from "./step-detail.tsx";
import type { StepRow } from "./step-rows.ts";

interface GraphTabProps {
  readonly run: RunReply;
  readonly steps: readonly StepRow[];
  /** `execution` of the step whose details are open. */
  readonly selected: number | undefined;
  readonly onSelect: (execution: number | undefined) => void;
  readonly onRestart: (execution: number) => void;
}

/** The definition that the run is pinned to, with the way that it took. */
export function GraphTab({ run, steps, selected, onSelect, onRestart }: GraphTabProps): ReactElement {
  const { client } = useSignedIn();
  const isWide = useMediaQuery("(min-width: 1080px)", true, { getInitialValueInEffect: false });
  const version = useQuery({
    ...versionQuery(client, run.workflow, run.version ?? 0),
    enabled: run.version !== null,
  });
  const graph = useMemo(() => graphOf(version.data?.definition), [version.data]);
  const of = useMemo(() => tallies(steps), [steps]);
  const selectedStep = useMemo(() => steps.find((step) => step.execution === selected), [steps, selected]);
  useKeys({ Escape: () => onSelect(undefined) });

  if (version.data === undefined) {
    if (version.error === null && run.version !== null) return <LoadingGraph />;
    return version.error === null || (version.error instanceof ApiProblem && version.error.status === 404) ? (
      <Empty title="The definition is not there any more">The run's steps and its journal are.</Empty>
    ) : (
      <ProblemNotice error={version.error} onRetry={() => void version.refetch()} />
    );
  }
  // A key that was used again names another workflow.
  if (run.definitionHash !== null && version.data.definitionHash !== run.definitionHash)
    return <Empty title="The definition is not there any more">The key names another workflow now.</Empty>;
  const detail =
    selectedStep === undefined ? null : (
      <StepDetail
        key={selectedStep.execution}
        runId={run.id}
        step={selectedStep}
        onRestart={() => onRestart(selectedStep.execution)}
      />
    );
  return (
    <div className="steps-layout" data-open={isWide && detail !== null}>
      <div className="graph panel">
        <GraphSequence
          label={`Steps of ${run.workflow} version ${run.version}`}
          steps={graph}
          drawing={{
            node: (step) => <Node step={step} of={of} selected={selectedStep?.stepPath} onSelect={onSelect} />,
            note: (block) => <span className="muted">{takenText(block, of)}</span>,
            isTaken: (block) => wasTaken(block, of),
          }}
        />
      </div>
      {detail === null ? null : isWide ? <aside className="steps-aside panel">{detail}</aside> : detail}
    </div>
  );
}

function takenText(block: GraphBlock, of: ReadonlyMap<string, StepTally>): string {
  if (!wasTaken(block, of)) return " not taken";
  const times = Math.max(0, ...block.steps.map(({ path }) => of.get(path)?.begun ?? 0));
  return times > 1 ? ` ${times}×` : "";
}

function Node({
  step,
  of,
  selected,
  onSelect,
}: {
  step: GraphStep;
  of: ReadonlyMap<string, StepTally>;
  /** The path of the step whose details are open. */
  selected: string | undefined;
  onSelect: (execution: number | undefined) => void;
}): ReactElement {
  const tally = of.get(step.path);
  const inner = (
    <>
      <span className="graph-mark">
        {tally === undefined ? (
          <span className="graph-not-begun" aria-hidden="true" />
        ) : (
          <StatusIcon status={tally.status} />
        )}
      </span>
      <GraphStepName step={step} />
      {tally === undefined ? (
        <span className="visually-hidden"> not begun</span>
      ) : tally.begun > 1 ? (
        <Counts tally={tally} />
      ) : (
        <span className="graph-word small">{lookOf(tally.status).word}</span>
      )}
    </>
  );
  if (tally === undefined) return <div className="graph-node">{inner}</div>;
  const isSelected = selected === step.path;
  return (
    <button
      type="button"
      className="graph-node"
      data-begun="true"
      data-tone={lookOf(tally.status).tone}
      data-here={["RUNNING", "RETRYING", "WAITING"].includes(tally.status)}
      aria-expanded={isSelected}
      onClick={() => onSelect(isSelected ? undefined : tally.execution)}
    >
      {inner}
    </button>
  );
}

function Counts({ tally }: { tally: StepTally }): ReactElement {
  return (
    <span className="graph-counts small">
      {tally.counts.map(({ status, count }) => (
        <span key={status} className="graph-count" data-tone={lookOf(status).tone}>
          <StatusIcon status={status} /> {count}
          <span className="visually-hidden"> {lookOf(status).word}</span>
        </span>
      ))}
    </span>
  );
}

function LoadingGraph(): ReactElement {
  return (
    <div className="graph panel" role="status" aria-busy="true">
      <span className="visually-hidden">Loading the definition</span>
      {Array.from({ length: 4 }, (_, index) => (
        <Skeleton key={index} height={34} width={260} mb={18} />
      ))}
    </div>
  );
}
