import type { RunReply } from "@mainspring/api";
import type { ReadonlyJson } from "@mainspring/core";
import { Skeleton } from "@mantine/core";
import type { ReactElement } from "react";
import { JsonView } from "../parts/json-view.tsx";
import { hasEnded } from "../status/status.ts";
import { ExplainedError } from "./explained-error.tsx";

/** What the run was given, what it gave, and its business state. */
export function DataTab({
  run,
  status,
  state,
}: {
  run: RunReply | undefined;
  status: string;
  state: ReadonlyJson;
}): ReactElement {
  if (run === undefined) return <Skeleton height={200} />;
  return (
    <div className="data-tab">
      <section>
        <h2>Input</h2>
        <JsonView value={run.input} label="the run's input" />
      </section>
      <section>
        <h2>{run.error === null ? "Output" : "Error"}</h2>
        {run.error !== null ? (
          <ExplainedError error={run.error} soft={false} />
        ) : hasEnded(status) ? (
          <JsonView value={run.output} label="the run's output" />
        ) : (
          <p className="muted">Not yet: it comes when the run ends.</p>
        )}
      </section>
      {state === null ? null : (
        <section>
          <h2>Business state</h2>
          <JsonView value={state} label="the run's business state" />
        </section>
      )}
    </div>
  );
}
