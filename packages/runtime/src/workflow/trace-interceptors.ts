// In the sandbox: hands the trace of a workflow's header on to its activities, its children and its next execution.
import { parseTraceparent, spanIdOf, traceparentName, traceparentOf } from "@mainspring/core";
import { defaultPayloadConverter, type Headers } from "@temporalio/common";
import {
  ContinueAsNew,
  proxySinks,
  workflowInfo,
  type Sink,
  type Sinks,
  type WorkflowInterceptorsFactory,
} from "@temporalio/workflow";

export interface TraceSinks extends Sinks {
  trace: TraceSink;
}

interface TraceSink extends Sink {
  ended(span: { readonly traceparent: string; readonly spanId: string; readonly failed: boolean }): void;
}

/** A workflow without a trace runs as if this were not here. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  /** The headers of whatever this workflow starts. */
  let own: Headers | undefined;
  /** As it came: the next execution is the same span. */
  let came: Headers | undefined;
  const traced = <T extends { readonly headers: Headers }>(input: T): T =>
    own === undefined ? input : { ...input, headers: { ...input.headers, ...own } };
  return {
    inbound: [
      {
        execute(input, next) {
          const payload = input.headers[traceparentName];
          const traceparent = payload === undefined ? "" : defaultPayloadConverter.fromPayload<string>(payload);
          const parent = parseTraceparent(traceparent);
          if (parent === undefined) return next(input);
          // No chance, and the same for every execution of a run.
          const spanId = spanIdOf(workflowInfo().workflowId);
          const header = defaultPayloadConverter.toPayload(traceparentOf({ ...parent, spanId }));
          own = { [traceparentName]: header };
          came = { [traceparentName]: payload as NonNullable<typeof payload> };
          const { trace } = proxySinks<TraceSinks>();
          return next(input).then(
            (result) => {
              trace.ended({ traceparent, spanId, failed: false });
              return result;
            },
            (error: unknown) => {
              if (!(error instanceof ContinueAsNew)) trace.ended({ traceparent, spanId, failed: true });
              throw error;
            },
          );
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(traced(input)),
        scheduleLocalActivity: (input, next) => next(traced(input)),
        startChildWorkflowExecution: (input, next) => next(traced(input)),
        continueAsNew: (input, next) => next({ ...input, headers: { ...input.headers, ...came } }),
      },
    ],
  };
};
