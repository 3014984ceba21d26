import { withTracedCalls } from "@mainspring/actions";
import { parseTraceparent, traceparentName, traceparentOf } from "@mainspring/core";
import { defaultPayloadConverter } from "@temporalio/common";
import type { ActivityInterceptorsFactory, InjectedSinks } from "@temporalio/worker";
import type { TraceSinks } from "../workflow/trace-interceptors.ts";
import { beginSpan, withTrace } from "./tracing.ts";

/** Each activity whose workflow is in a trace is a span of it, and so is each call that it makes. */
export const traceActivities: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    async execute(input, next) {
      const payload = input.headers[traceparentName];
      const parent =
        payload === undefined ? undefined : parseTraceparent(defaultPayloadConverter.fromPayload<string>(payload));
      const span =
        parent === undefined
          ? undefined
          : beginSpan(parent, {
              name: `activity ${info.activityType}`,
              kind: "consumer",
              attributes: {
                "temporal.attempt": info.attempt,
                "temporal.workflow_id": info.workflowExecution?.workflowId ?? "",
              },
            });
      if (span === undefined) return next(input);
      try {
        const result = await withTrace(span.trace, () => withTracedCalls(tracedCall, () => next(input)));
        span.end({});
        return result;
      } catch (error) {
        span.end({ error: error instanceof Error ? error.name : "Error" });
        throw error;
      }

      function tracedCall(call: { readonly method: string; readonly host: string }) {
        const outbound = beginSpan(span?.trace, {
          name: `${call.method} ${call.host}`,
          kind: "client",
          attributes: { "http.request.method": call.method, "server.address": call.host },
        });
        return {
          ...(outbound === undefined ? {} : { traceparent: traceparentOf(outbound.trace) }),
          end: (outcome: { readonly status?: number; readonly failed?: string }) =>
            outbound?.end({
              ...(outcome.status === undefined ? {} : { attributes: { "http.response.status_code": outcome.status } }),
              ...(outcome.failed === undefined ? {} : { error: outcome.failed }),
            }),
        };
      }
    },
  },
});

/** What workflows tell of their own spans, once each: nothing while they are replayed. */
export const traceSinks: InjectedSinks<TraceSinks> = {
  trace: {
    ended: {
      fn: ({ workflowId, workflowType, startTime }, { traceparent, spanId, failed }) => {
        const parent = parseTraceparent(traceparent);
        if (parent === undefined) return;
        beginSpan(parent, {
          name: `workflow ${workflowType}`,
          kind: "internal",
          spanId,
          startMs: startTime.getTime(),
          attributes: { "temporal.workflow_id": workflowId },
        })?.end(failed ? { error: "failed" } : {});
      },
      callDuringReplay: false,
    },
  },
};
