import { Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { memo, useMemo, useRef, useState, type ReactElement } from "react";
import { useKeys } from "../app/use-keys.ts";
import { Empty } from "../parts/empty.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { lookOf } from "../status/status.ts";
import { Span } from "../time/moment.tsx";
import { useNow } from "../time/use-now.ts";
import { depthOf, stepTitle } from "./fold-journal.ts";
import { StepDetail } from "./step-detail.tsx";
import { barOf, type StepRow } from "./step-rows.ts";
import "./steps.css";

/** Rows beyond this are drawn when asked for. */
const rowsAtFirst = 400;

interface StepsTabProps {
  readonly runId: string;
  readonly steps: readonly StepRow[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** `execution` of the step whose details are open. */
  readonly selected: number | undefined;
  readonly isLoading: boolean;
  /** Whether no further step will begin. */
  readonly isOver: boolean;
  readonly onSelect: (execution: number | undefined) => void;
  /** Begins a new run with a step. */
  readonly onRestart: (execution: number) => void;
}

export function StepsTab({
  runId,
  steps,
  startedAt,
  endedAt,
  selected,
  isLoading,
  isOver,
  onSelect,
  onRestart,
}: StepsTabProps): ReactElement {
  const isWide = useMediaQuery("(min-width: 1080px)", true, { getInitialValueInEffect: false });
  const [shownMax, setShownMax] = useState(rowsAtFirst);
  const selectedStep = useMemo(() => steps.find((step) => step.execution === selected), [steps, selected]);
  const list = useRef<HTMLOListElement>(null);

  function move(by: 1 | -1): void {
    const at = steps.findIndex((step) => step.execution === selected);
    const next = steps[at < 0 ? (by === 1 ? 0 : steps.length - 1) : Math.min(steps.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    onSelect(next.execution);
    const row = list.current?.querySelector<HTMLElement>(`[data-execution="${next.execution}"] > button`);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }
  useKeys({ j: () => move(1), k: () => move(-1), Escape: () => onSelect(undefined) });

  if (steps.length === 0) {
    if (isLoading) return <LoadingSteps />;
    return <Empty title={isOver ? "It ended before any step began" : "No step has begun"} />;
  }
  const shown = steps.length > shownMax ? steps.slice(0, shownMax) : steps;
  return (
    <div className="steps-layout" data-open={isWide && selectedStep !== undefined}>
      <div className="steps panel">
        <ol ref={list} aria-label="Steps in the order of their start">
          {shown.map((step) => (
            <li key={step.execution} data-execution={step.execution}>
              <StepLine
                step={step}
                isSelected={step.execution === selected}
                fromMs={startedAt === null ? Date.parse(steps[0]?.startedAt ?? "") : Date.parse(startedAt)}
                endMs={endedAt === null ? undefined : Date.parse(endedAt)}
                onSelect={onSelect}
              />
              {!isWide && step.execution === selected ? (
                <StepDetail runId={runId} step={step} onRestart={() => onRestart(step.execution)} />
              ) : null}
            </li>
          ))}
        </ol>
        {steps.length > shown.length ? (
          <button type="button" className="runs-held" onClick={() => setShownMax((max) => max + 1_000)}>
            {steps.length - shown.length} more steps — show
          </button>
        ) : null}
      </div>
      {isWide && selectedStep !== undefined ? (
        <aside className="steps-aside panel">
          <StepDetail
            key={selectedStep.execution}
            runId={runId}
            step={selectedStep}
            onRestart={() => onRestart(selectedStep.execution)}
          />
        </aside>
      ) : null}
    </div>
  );
}

interface StepLineProps {
  readonly step: StepRow;
  readonly isSelected: boolean;
  readonly fromMs: number;
  readonly endMs: number | undefined;
  readonly onSelect: (execution: number | undefined) => void;
}

const StepLine = memo(function StepLine({ step, isSelected, fromMs, endMs, onSelect }: StepLineProps): ReactElement {
  const look = lookOf(step.status);
  const depth = Math.min(8, depthOf(step.stepPath));
  const isOpen = step.finishedAt === undefined;
  return (
    <button
      type="button"
      className="step-line"
      data-tone={look.tone}
      data-open={isOpen}
      aria-expanded={isSelected}
      onClick={() => onSelect(isSelected ? undefined : step.execution)}
    >
      <span className="step-name" data-depth={depth}>
        <Indent depth={depth} />
        <StatusIcon status={step.status} />
        <code className="step-id">{stepTitle(step)}</code>
        <span className="muted small step-type">{step.type ?? ""}</span>
      </span>
      <span className="step-word">
        {look.word}
        {(step.attempt ?? 1) > 1 ? <Attempt number={step.attempt ?? 1} /> : null}{" "}
        {step.error !== undefined && step.status === "FAILED" ? (
          <code className="step-code">{step.error.code}</code>
        ) : null}
      </span>
      <span className="step-track" aria-hidden="true">
        {endMs === undefined ? (
          <GrowingBar step={step} fromMs={fromMs} />
        ) : (
          <Bar step={step} fromMs={fromMs} toMs={endMs} />
        )}
      </span>
      <span className="step-took">
        {step.status === "SKIPPED" ? null : <Span from={step.startedAt} to={step.finishedAt} />}
      </span>
    </button>
  );
});

function Attempt({ number }: { number: number }): ReactElement {
  return (
    <>
      <span aria-hidden="true" title={`attempt ${number}`}>{` ↻${number}`}</span>
      <span className="visually-hidden"> in attempt {number} </span>
    </>
  );
}

function Indent({ depth }: { depth: number }): ReactElement {
  return (
    <>
      {Array.from({ length: depth }, (_, index) => (
        <span key={index} className="step-indent" />
      ))}
    </>
  );
}

function GrowingBar({ step, fromMs }: { step: StepRow; fromMs: number }): ReactElement {
  return <Bar step={step} fromMs={fromMs} toMs={useNow() + 1_000} />;
}

function Bar({ step, fromMs, toMs }: { step: StepRow; fromMs: number; toMs: number }): ReactElement {
  const { left, width } = barOf(step, fromMs, toMs);
  return <span className="step-bar" style={{ left: `${left}%`, width: `${width}%` }} />;
}

export function LoadingSteps(): ReactElement {
  return (
    <div className="steps panel" role="status" aria-busy="true">
      <span className="visually-hidden">Loading</span>
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className="step-line" aria-hidden="true">
          <Skeleton height={12} width={180} />
        </div>
      ))}
    </div>
  );
}
