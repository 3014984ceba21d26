import { parseTraceparent, spanIdOf, traceparentName, traceparentOf } from "@mainspring/core";
import { defaultPayloadConverter } from "@temporalio/common";
import type { WorkflowClientInterceptor } from "@temporalio/client";
import { beginSpan, currentTrace, withTrace } from "./tracing.ts";

/** Gives a workflow that is started within a trace that trace, in its header. */
export const traceStarts: WorkflowClientInterceptor = {
  start(input, next) {
    const trace = currentTrace();
    if (trace === undefined) return next(input);
    const payload = defaultPayloadConverter.toPayload(traceparentOf(trace));
    return next({ ...input, headers: { ...input.headers, [traceparentName]: payload } });
  },
};

/**
 * The hand-over of a run from the outbox to Temporal as a span of the trace that the outbox kept: whoever hands over names it alike.
 * @param row of the outbox: the trace in which the run was accepted, and when
 */
export async function handOver<T extends { readonly result: string }>(
  row: { readonly runId: string; readonly traceparent: string | null | undefined; readonly sinceMs: number },
  start: () => Promise<T>,
): Promise<T> {
  const parent = parseTraceparent(row.traceparent ?? undefined);
  const span =
    parent === undefined
      ? undefined
      : beginSpan(parent, {
          name: "outbox",
          kind: "producer",
          spanId: spanIdOf(`outbox:${row.runId}`),
          startMs: row.sinceMs,
          attributes: { "mainspring.run": row.runId },
        });
  if (span === undefined) return start();
  const answer = await withTrace(span.trace, start);
  // One that Temporal did not hear of is handed over later, by this same span.
  if (answer.result !== "unreachable") span.end(answer.result === "started" ? {} : { error: answer.result });
  return answer;
}

/**
 * What nobody's request is waiting for, as a span: of the trace that its cause came with, or of one that begins here.
 * @param cause.traceparent as it was kept with the cause
 */
export async function startedBy<T>(
  cause: {
    readonly name: string;
    readonly traceparent?: string | null;
    readonly attributes: Readonly<Record<string, string>>;
  },
  work: () => Promise<T>,
): Promise<T> {
  const { name, traceparent, attributes } = cause;
  const span = beginSpan(parseTraceparent(traceparent ?? undefined), { name, kind: "consumer", attributes });
  if (span === undefined) return work();
  try {
    const result = await withTrace(span.trace, work);
    span.end({});
    return result;
  } catch (error) {
    span.end({ error: error instanceof Error ? error.name : "Error" });
    throw error;
  }
}
