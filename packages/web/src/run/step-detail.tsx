import type { InvocationReply } from "@mainspring/api";
import type { ReadonlyJson } from "@mainspring/core";
import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import { invocationsQuery, momentQuery, stepsQuery } from "../app/queries.ts";
import { CopyId } from "../parts/copy-id.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment, Span } from "../time/moment.tsx";
import { ExplainedError } from "./explained-error.tsx";
import { changedMembers } from "./changed-members.ts";
import { stepTitle } from "./fold-journal.ts";
import type { StepRow } from "./step-rows.ts";
import { textIn } from "./why.ts";
import "./step-detail.css";

/** Everything about one step execution. */
export function StepDetail({
  runId,
  step,
  onRestart,
}: {
  runId: string;
  step: StepRow;
  onRestart: () => void;
}): ReactElement {
  const mayRestart = useMay("operator");
  const { client } = useSignedIn();
  const steps = useQuery(stepsQuery(client, runId));
  const isAction = step.type === "action.call";
  const ledger = useQuery({ ...invocationsQuery(client, runId), enabled: isAction });

  // The projection is read anew whenever the journal says something new of this step.
  const refreshKey = `${step.execution} ${step.status} ${step.attempt ?? 0}`;
  const refetchSteps = steps.refetch;
  const refetchLedger = ledger.refetch;
  useEffect(() => {
    void refetchSteps();
    if (isAction) void refetchLedger();
  }, [refreshKey, isAction, refetchSteps, refetchLedger]);

  const recorded = steps.data?.find((row) => row.execution === step.execution);
  // Of a step that has not ended at the moment that is shown, what came later is not told.
  const ended = step.finishedAt === undefined ? undefined : recorded;
  const output = ended !== undefined && ended.finishedAt !== null && ended.output !== null ? ended.output : step.output;
  const calls = callsOf(ledger.data ?? [], step);
  const isRepeated = step.status === "RETRYING" || step.status === "RUNNING";

  return (
    <section className="step-detail" aria-label={`Step ${stepTitle(step)}`}>
      <header className="step-detail-head">
        <h2>
          <code>{stepTitle(step)}</code>
        </h2>
        <StatusMark status={step.status} />
      </header>
      <dl className="facts">
        <Fact name="Type">
          <code>{calls[0]?.action ?? step.type ?? "—"}</code>
        </Fact>
        <Fact name="Started">
          <Moment at={step.startedAt} />
        </Fact>
        <Fact name={step.finishedAt === undefined && step.status !== "SKIPPED" ? "For" : "Took"}>
          {step.status === "SKIPPED" ? "—" : <Span from={step.startedAt} to={step.finishedAt} />}
        </Fact>
        <Fact name="Attempts">{step.attempt ?? recorded?.attempt ?? 1}</Fact>
        {step.nextAttemptAt === undefined ? null : (
          <Fact name="Next attempt">
            <Moment at={step.nextAttemptAt} />
          </Fact>
        )}
        <Fact name="Path" wide>
          <code>{step.stepPath}</code>
        </Fact>
      </dl>
      {mayRestart ? (
        <Button variant="default" size="xs" className="step-restart" onClick={onRestart}>
          Restart from here…
        </Button>
      ) : null}
      {step.error === undefined ? null : (
        <Part title={isRepeated ? "Last error" : "Error"}>
          <ExplainedError error={step.error} soft={isRepeated} />
        </Part>
      )}
      {steps.error !== null && steps.data === undefined ? (
        <ProblemNotice error={steps.error} onRetry={() => void steps.refetch()} />
      ) : null}
      <Part title="Input">
        {recorded === undefined ? (
          steps.isPending ? (
            <Skeleton height={64} />
          ) : (
            <Nothing>None recorded.</Nothing>
          )
        ) : (
          <Value
            value={recorded.input}
            label={`input of ${stepTitle(step)}`}
            nothing="This kind of step takes no input."
          />
        )}
      </Part>
      <Part title="Output">
        {step.outputReference !== undefined && output === undefined ? (
          steps.isPending ? (
            <Skeleton height={64} />
          ) : (
            <Nothing>{`${step.outputReference.bytes} bytes, not read back.`}</Nothing>
          )
        ) : (
          <Value
            value={output ?? null}
            label={`output of ${stepTitle(step)}`}
            nothing={step.finishedAt === undefined ? "Not yet." : "None."}
          />
        )}
      </Part>
      {step.endSeq === undefined ? null : <StepChanges runId={runId} step={step} endSeq={step.endSeq} />}
      {calls.length === 0 ? null : (
        <Part title="Calls">
          <ul className="calls">
            {calls.map((call) => (
              <Call key={call.id} call={call} step={step} />
            ))}
          </ul>
        </Part>
      )}
    </section>
  );
}

/** What the run knew before the step and after it; the server recomputes both, so it is asked for only when it is wanted. */
function StepChanges({ runId, step, endSeq }: { runId: string; step: StepRow; endSeq: number }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="step-changes" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Variables before and after</summary>
      {isOpen ? <BeforeAfter runId={runId} before={Math.max(1, step.execution - 1)} after={endSeq} /> : null}
    </details>
  );
}

function BeforeAfter({ runId, before, after }: { runId: string; before: number; after: number }): ReactElement {
  const { client } = useSignedIn();
  const [one, other] = [useQuery(momentQuery(client, runId, before)), useQuery(momentQuery(client, runId, after))];
  const error = one.error ?? other.error;
  if (error !== null)
    return <ProblemNotice error={error} onRetry={() => void Promise.all([one.refetch(), other.refetch()])} />;
  if (one.data === undefined || other.data === undefined) return <Skeleton height={96} />;
  const changes = changedMembers(one.data.scopes.vars, other.data.scopes.vars);
  return (
    <>
      <p className="muted small">
        {changes.length === 0
          ? `The same after entry ${before} and after entry ${after}.`
          : `Other after entry ${after} than after entry ${before}: ${changes.join(", ")}.`}
      </p>
      {changes.length === 0 ? null : (
        <>
          <h4>Before</h4>
          <JsonView value={one.data.scopes.vars} label="variables before the step" />
          <h4>After</h4>
        </>
      )}
      <JsonView value={other.data.scopes.vars} label="variables after the step" />
    </>
  );
}

function Call({ call, step }: { call: InvocationReply; step: StepRow }): ReactElement {
  const lateAt = textIn(call.late, "at");
  return (
    <li className="call">
      <StatusMark status={callStatus(call, step)} />
      <span>
        {call.attempts} {call.attempts === 1 ? "attempt" : "attempts"}
      </span>
      <span className="muted">
        effect <code>{call.effect}</code>
      </span>
      <span className="muted">
        key <CopyId id={call.id} label="idempotency key" />
      </span>
      {lateAt === undefined ? null : (
        <span className="muted">
          answered too late, <Moment at={lateAt} />
        </span>
      )}
    </li>
  );
}

/** Of a call that began and told no end, nothing is known once its step is over; a failure that is tried again is none. */
function callStatus(call: InvocationReply, step: StepRow): string {
  if (call.status === "STARTED") return step.finishedAt === undefined ? "RUNNING" : "UNKNOWN";
  return call.status === "FAILED" && step.finishedAt === undefined ? "RETRYING" : call.status;
}

/** The ledger's rows of this step execution: same place, begun while it ran. */
function callsOf(ledger: readonly InvocationReply[], step: StepRow): InvocationReply[] {
  return ledger.filter(
    (call) =>
      call.stepPath === step.stepPath &&
      call.iteration.length === step.iteration.length &&
      call.iteration.every((turn, index) => turn === step.iteration[index]) &&
      (step.finishedAt === undefined || call.startedAt <= step.finishedAt),
  );
}

function Fact({ name, wide, children }: { name: string; wide?: true; children: ReactNode }): ReactElement {
  return (
    <div className={wide === true ? "fact-wide" : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <div className="part">
      <h3>{title}</h3>
      {children}
    </div>
  );
}

function Value({ value, label, nothing }: { value: ReadonlyJson; label: string; nothing: string }): ReactElement {
  return value === null ? <Nothing>{nothing}</Nothing> : <JsonView value={value} label={label} />;
}

function Nothing({ children }: { children: ReactNode }): ReactElement {
  return <p className="muted small">{children}</p>;
}
