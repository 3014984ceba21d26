import type { ReactElement, ReactNode } from "react";
import type { RestartPlan } from "../app/queries.ts";
import { CopyId, shortId } from "../parts/copy-id.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import { stepTitle } from "./fold-journal.ts";

interface RestartPlanProps {
  readonly plan: RestartPlan;
  /** Invocations that could be reused and are to be called again. */
  readonly unwanted: ReadonlySet<string>;
  readonly onUnwanted: (next: ReadonlySet<string>) => void;
  readonly offerEvents: boolean;
  readonly onOfferEvents: (next: boolean) => void;
}

/** What a restart reuses, with the receipts, and what it does again. */
export function RestartPlanView({
  plan,
  unwanted,
  onUnwanted,
  offerEvents,
  onOfferEvents,
}: RestartPlanProps): ReactElement {
  function toggle(id: string, isWanted: boolean): void {
    const next = new Set(unwanted);
    if (isWanted) next.delete(id);
    else next.add(id);
    onUnwanted(next);
  }
  return (
    <div className="restart-plan">
      <PlanPart
        title="Reused, not called again"
        count={plan.reuse.length}
        nothing="Nothing: no call that succeeded comes after this step."
      >
        {plan.reuse.map((one) => (
          <li key={one.invocationId}>
            <label className="plan-line">
              <input
                type="checkbox"
                checked={one.authoredKey || !unwanted.has(one.invocationId)}
                disabled={one.authoredKey}
                onChange={(event) => toggle(one.invocationId, event.currentTarget.checked)}
              />
              <code>{stepTitle(one)}</code>
              <span className="muted small">
                {one.action}
                {one.finishedAt === null ? null : (
                  <>
                    {" · "}
                    <Moment at={one.finishedAt} />
                  </>
                )}
                {one.authoredKey ? " · its key answers for it in any run" : null}
              </span>
            </label>
            <details className="small plan-receipt">
              <summary className="muted">Receipt #{shortId(one.invocationId)}</summary>
              <JsonView value={one.output} label={`receipt of ${stepTitle(one)}`} />
            </details>
          </li>
        ))}
      </PlanPart>
      <PlanPart title="Runs again" count={plan.repeat.length} nothing="No call that this run has made is repeated.">
        {plan.repeat.map((one) => (
          <li key={one.kind === "child" ? one.runId : one.invocationId} className="plan-line">
            <StatusMark status={one.status === "STARTED" ? "RUNNING" : one.status} />
            <code>{stepTitle(one)}</code>
            <span className="muted small">
              {one.kind === "child" ? `run of ${one.workflow}` : `${one.action} · effect ${one.effect}`}
            </span>
            {one.kind === "action" && one.status === "UNKNOWN" ? (
              <span className="small plan-warning">its effect may have happened</span>
            ) : null}
          </li>
        ))}
      </PlanPart>
      {plan.offeredEvents.length === 0 ? null : (
        <PlanPart title="Events offered again" count={plan.offeredEvents.length} nothing="">
          <li>
            <label className="plan-line">
              <input
                type="checkbox"
                checked={offerEvents}
                onChange={(event) => onOfferEvents(event.currentTarget.checked)}
              />
              Let its waits take these again
            </label>
          </li>
          {plan.offeredEvents.map((event) => (
            <li key={event.eventId} className="plan-line small">
              <code>{event.name}</code> <CopyId id={event.eventId} label="event id" />
            </li>
          ))}
        </PlanPart>
      )}
    </div>
  );
}

function PlanPart({
  title,
  count,
  nothing,
  children,
}: {
  title: string;
  count: number;
  nothing: string;
  children: ReactNode;
}): ReactElement {
  return (
    <section className="part">
      <h3>
        {title} <span className="tab-count">{count}</span>
      </h3>
      {count === 0 ? <p className="muted small">{nothing}</p> : <ul className="plan-lines">{children}</ul>}
    </section>
  );
}
