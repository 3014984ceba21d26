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
import { graphOf, tallies, wasTaken, type GraphBlock, type GraphStep, type StepTally } from "./graph-model.ts";
import { StepDetail } from "./step-detail.tsx";
import type { StepRow } from "./step-rows.ts";
import "./graph.css";

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
        <Sequence
          label={`Steps of ${run.workflow} version ${run.version}`}
          steps={graph}
          of={of}
          selected={selectedStep?.stepPath}
          onSelect={onSelect}
        />
      </div>
      {detail === null ? null : isWide ? <aside className="steps-aside panel">{detail}</aside> : detail}
    </div>
  );
}

interface PartProps {
  readonly of: ReadonlyMap<string, StepTally>;
  /** The path of the step whose details are open. */
  readonly selected: string | undefined;
  readonly onSelect: (execution: number | undefined) => void;
}

function Sequence({ label, steps, ...part }: PartProps & { label: string; steps: readonly GraphStep[] }): ReactElement {
  if (steps.length === 0) return <p className="graph-nothing muted small">nothing</p>;
  return (
    <ol className="graph-sequence" aria-label={label}>
      {steps.map((step) => (
        <li key={step.path} className="graph-step">
          <Node step={step} {...part} />
          {step.blocks.length === 0 ? null : (
            <div className="graph-blocks" data-many={step.blocks.length > 1}>
              {step.blocks.map((block) => (
                <Block key={block.path} owner={step} block={block} {...part} />
              ))}
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

function Block({ owner, block, ...part }: PartProps & { owner: GraphStep; block: GraphBlock }): ReactElement {
  const taken = wasTaken(block, part.of);
  const times = Math.max(0, ...block.steps.map(({ path }) => part.of.get(path)?.begun ?? 0));
  return (
    <section className="graph-block" data-taken={taken} aria-label={`${block.label} of ${owner.id}`}>
      <p className="graph-label small">
        <code>{block.label}</code>
        <span className="muted">{taken ? (times > 1 ? ` ${times}×` : "") : " not taken"}</span>
      </p>
      <Sequence label={`${block.label} of ${owner.id}`} steps={block.steps} {...part} />
    </section>
  );
}

function Node({ step, of, selected, onSelect }: PartProps & { step: GraphStep }): ReactElement {
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
      <code className="graph-id">{step.id}</code>
      <span className="graph-about muted small">{step.about === "" ? step.type : step.about}</span>
      {step.isDisabled ? <span className="muted small">disabled</span> : null}
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
