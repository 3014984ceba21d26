import type { RunMomentReply, RunReply } from "@mainspring/api";
import { isJsonObject, type ReadonlyJson } from "@mainspring/core";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { momentQuery } from "../app/queries.ts";
import { JsonView } from "../parts/json-view.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { hasEnded } from "../status/status.ts";
import { ExplainedError } from "./explained-error.tsx";
import "./data.css";

interface DataTabProps {
  readonly run: RunReply;
  /** Of the moment that is shown, as is the state. */
  readonly status: string;
  readonly state: ReadonlyJson;
  /** `seq` of the entry after which the run is shown; 0: it has none. */
  readonly seq: number;
}

/** What the run was given, what it gave, its business state, and what it knew at the moment that is shown. */
export function DataTab({ run, status, state, seq }: DataTabProps): ReactElement {
  return (
    <div className="data-tab">
      <div className="data-column">
        <section>
          <h2>Input</h2>
          <JsonView value={run.input} label="the run's input" />
        </section>
        <section>
          <h2>{status === "FAILED" && run.error !== null ? "Error" : "Output"}</h2>
          {!hasEnded(status) ? (
            <p className="muted">Not yet: it comes when the run ends.</p>
          ) : run.error !== null ? (
            <ExplainedError error={run.error} soft={false} />
          ) : (
            <JsonView value={run.output} label="the run's output" />
          )}
        </section>
        {state === null ? null : (
          <section>
            <h2>Business state</h2>
            <JsonView value={state} label="the run's business state" />
          </section>
        )}
      </div>
      {seq === 0 ? null : (
        <div className="data-column">
          <MomentData runId={run.id} seq={seq} />
        </div>
      )}
    </div>
  );
}

/** Recomputed by the server from what the run recorded. */
function MomentData({ runId, seq }: { runId: string; seq: number }): ReactElement {
  const { client } = useSignedIn();
  const moment = useQuery(momentQuery(client, runId, seq));
  if (moment.data === undefined) {
    return (
      <section>
        <h2>Variables</h2>
        {moment.error === null ? (
          <Skeleton height={96} />
        ) : (
          <ProblemNotice error={moment.error} onRetry={() => void moment.refetch()} />
        )}
      </section>
    );
  }
  const { scopes, changes, frames, seq: shown } = moment.data;
  return (
    <>
      <section aria-busy={moment.isPlaceholderData}>
        <h2>
          Variables <span className="muted small">after entry {shown}</span>
        </h2>
        <JsonView value={scopes.vars} label="the run's variables" />
      </section>
      <section>
        <h2>
          What changed <span className="muted small">by {spanText(moment.data.span)}</span>
        </h2>
        {changes.length === 0 ? (
          <p className="muted">No value changed.</p>
        ) : (
          <ul className="changes panel" aria-label="Changed values">
            {changes.map((change) => (
              <Change key={`${change.scope} ${change.pointer}`} change={change} />
            ))}
          </ul>
        )}
      </section>
      {frames.length === 0 ? null : (
        <section>
          <h2>
            Frames{" "}
            <span className="muted small">
              of {frames.length === 1 ? "one line" : `${frames.length} lines`} of control
            </span>
          </h2>
          <ul className="frames panel" aria-label="The run's frames">
            {frames.map((line) => (
              <Frames key={line.fiber} line={line} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Where one line of control stands: the innermost frame last. */
function Frames({ line }: { line: RunMomentReply["frames"][number] }): ReactElement {
  const { fiber, parent, branch, item, own, frames } = line;
  const what = branch !== undefined ? `branch ${branch}` : item !== undefined ? `item ${item}` : "the run itself";
  const hasOwn = isJsonObject(own) && Object.keys(own).length > 0;
  return (
    <li>
      <p>
        <strong>{what}</strong>
        <span className="muted small">
          {" "}
          line {fiber}
          {parent === undefined ? null : `, of line ${parent}`}
        </span>
      </p>
      <ol>
        {frames.map((frame, depth) => (
          <li key={depth} className="frame small" style={{ paddingLeft: Math.min(8, depth) * 12 }}>
            <FrameText frame={frame} />
          </li>
        ))}
      </ol>
      {hasOwn ? <JsonView value={own} label={`what ${what} has for itself`} /> : null}
    </li>
  );
}

const frameWords: { readonly [member: string]: string } = {
  stepId: "",
  stepPath: "",
  path: "of",
  pc: "next",
  fibers: "lines",
  iteration: "turn",
};

function FrameText({ frame }: { frame: ReadonlyJson }): ReactElement {
  if (!isJsonObject(frame)) return <code>{valueText(frame)}</code>;
  const { kind, ...members } = frame;
  const shown = Object.entries(members).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  return (
    <>
      {typeof kind === "string" ? kind : "frame"}
      {shown.map(([name, value]) => (
        <span key={name}>
          {" "}
          <span className="muted">{frameWords[name] ?? name}</span>{" "}
          <code>{typeof value === "string" ? value : value === undefined ? "" : valueText(value)}</code>
        </span>
      ))}
    </>
  );
}

function spanText({ from, to }: RunMomentReply["span"]): string {
  return from >= to ? `entry ${to}` : `entries ${from} to ${to}`;
}

const shownCharsMax = 160;

function Change({ change }: { change: RunMomentReply["changes"][number] }): ReactElement {
  const signs = { added: "+", changed: "~", removed: "−" } as const;
  return (
    <li className="change">
      <span className="change-sign" data-kind={change.kind} title={change.kind}>
        {signs[change.kind]}
        <span className="visually-hidden">{change.kind}</span>
      </span>
      <code>
        {change.scope}
        {change.pointer}
      </code>
      <span className="change-values small">
        {change.before === undefined ? null : <code className="muted">{valueText(change.before)}</code>}
        {change.before === undefined || change.after === undefined ? null : " → "}
        {change.after === undefined ? null : <code>{valueText(change.after)}</code>}
      </span>
    </li>
  );
}

function valueText(value: ReadonlyJson): string {
  const text = JSON.stringify(value);
  return text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}…` : text;
}
