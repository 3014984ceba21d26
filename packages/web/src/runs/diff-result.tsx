import type { RunDiffReply } from "@mainspring/api";
import type { ReadonlyJson } from "@mainspring/core";
import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import { JsonView } from "../parts/json-view.tsx";
import { stepTitle } from "../run/fold-journal.ts";
import { StatusMark } from "../status/status-icon.tsx";
import { durationText } from "../time/time.ts";
import { firstDivergence } from "./first-divergence.ts";

type DiffStep = NonNullable<NonNullable<RunDiffReply["path"]>["a"]>;
type ValueDivergence = RunDiffReply["differences"][number];

/** Where two runs part: the first place in one sentence, then the way, the values and the time of both. */
export function DiffResult({ diff, isOpen }: { diff: RunDiffReply; isOpen: boolean }): ReactElement {
  const first = firstDivergence(diff);
  const { path, differences, timing } = diff;
  return (
    <div className="two-result">
      <section className="headline" data-tone={first === undefined ? "green" : "amber"} aria-label="First divergence">
        <p className="headline-sentence">
          {first === undefined ? (
            <>Both went the same way with the same values{timing === null ? "." : ", in another time."}</>
          ) : (
            <>
              <strong>They first part here:</strong> {first.divergence.sentence}
            </>
          )}
        </p>
        <p className="muted small">
          {diff.common === 1 ? "1 step is" : `${diff.common} steps are`} common to both.{" "}
          {diff.sameDefinition ? "Both follow the same definition." : "They follow different definitions."}
          {isOpen ? " A run that goes on is compared as far as it has come; this page keeps up." : ""}
        </p>
      </section>
      <Part title="Way" said={path === null ? "Both took the same steps to the same ends." : path.sentence}>
        {path === null ? null : <BothSteps diff={diff} a={path.a} b={path.b} />}
      </Part>
      <Part
        title="Values"
        said={
          differences.length === 0
            ? "The payload and what every common step gave are the same."
            : `${differences.length === 1 ? "One differs" : `${differences.length} differ`}; of the payload and of each step the first place is told. Clocks and random values differ in any two runs.`
        }
      >
        {differences.length === 0 ? null : (
          <ol className="two-values" aria-label="Values that differ, in the order of the steps">
            {differences.map((one) => (
              <Difference key={`${one.of} ${one.a?.seq ?? 0} ${one.pointer}`} diff={diff} one={one} />
            ))}
          </ol>
        )}
      </Part>
      <Part title="Time" said={timing?.sentence ?? untimed(diff.common)}>
        {timing === null ? null : <BothSteps diff={diff} a={timing.a} b={timing.b} aMs={timing.aMs} bMs={timing.bMs} />}
      </Part>
    </div>
  );
}

function untimed(common: number): string {
  return common === 0
    ? "There is no common step whose time could be compared."
    : "Every common step took about as long, to a second.";
}

function Part({ title, said, children }: { title: string; said: string; children: ReactNode }): ReactElement {
  return (
    <section className="two-part panel" aria-label={title}>
      <h2>{title}</h2>
      <p>{said}</p>
      {children}
    </section>
  );
}

function BothSteps({
  diff,
  a,
  b,
  aMs,
  bMs,
}: {
  diff: RunDiffReply;
  a: DiffStep | undefined;
  b: DiffStep | undefined;
  aMs?: number;
  bMs?: number;
}): ReactElement {
  return (
    <div className="two-both">
      <OneStep letter="A" runId={diff.a.runId} step={a} ms={aMs} />
      <OneStep letter="B" runId={diff.b.runId} step={b} ms={bMs} />
    </div>
  );
}

function OneStep({
  letter,
  runId,
  step,
  ms,
}: {
  letter: string;
  runId: string;
  step: DiffStep | undefined;
  ms: number | undefined;
}): ReactElement {
  return (
    <p className="two-one">
      <span className="two-letter">{letter}</span>
      {step === undefined ? (
        <span className="muted">has no such step</span>
      ) : (
        <>
          <StepLink runId={runId} step={step} />
          <StatusMark status={step.status} />
          {ms === undefined ? null : <span>{durationText(ms)}</span>}
        </>
      )}
    </p>
  );
}

function StepLink({ runId, step }: { runId: string; step: DiffStep }): ReactElement {
  return (
    <Link to="/runs/$runId" params={{ runId }} search={{ step: step.seq }}>
      <code>{stepTitle(step)}</code>
    </Link>
  );
}

const whats: { readonly [of in ValueDivergence["of"]]: string } = {
  payload: "payload",
  output: "output",
  event: "event",
  error: "error",
  written: "written value",
};

function Difference({ diff, one }: { diff: RunDiffReply; one: ValueDivergence }): ReactElement {
  const { a, b, of, pointer, aValue, bValue } = one;
  const title = a === undefined ? "the payload" : `${whats[of]} of ${stepTitle(a)}`;
  return (
    <li className="two-value">
      <p className="two-value-head">
        {a === undefined ? <strong>Payload</strong> : <code className="two-step">{stepTitle(a)}</code>}
        <span className="muted small">
          {a === undefined ? null : <>{whats[of]} </>}
          {pointer === "" ? "as a whole" : <code>{pointer}</code>}
        </span>
      </p>
      <div className="two-both">
        <Value letter="A" runId={diff.a.runId} step={a} value={aValue} label={`${title} in A`} />
        <Value letter="B" runId={diff.b.runId} step={b} value={bValue} label={`${title} in B`} />
      </div>
    </li>
  );
}

const inlineCharsMax = 120;

function Value({
  letter,
  runId,
  step,
  value,
  label,
}: {
  letter: string;
  runId: string;
  step: DiffStep | undefined;
  value: ReadonlyJson | undefined;
  label: string;
}): ReactElement {
  const text = value === undefined ? undefined : JSON.stringify(value);
  return (
    <div className="two-one">
      {step === undefined ? (
        <span className="two-letter">{letter}</span>
      ) : (
        <Link
          to="/runs/$runId"
          params={{ runId }}
          search={{ step: step.seq }}
          className="two-letter"
          title={`Open ${stepTitle(step)} of run ${letter}`}
        >
          {letter}
        </Link>
      )}
      {text === undefined || value === undefined ? (
        <span className="muted">nothing stands there</span>
      ) : text.length <= inlineCharsMax ? (
        <code>{text}</code>
      ) : (
        <JsonView value={value} label={label} />
      )}
    </div>
  );
}
