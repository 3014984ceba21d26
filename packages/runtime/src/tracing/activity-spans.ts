import { withTracedCalls } from "@mainspring/actions";
import { parseTraceparent, traceparentName, traceparentOf } from "@mainspring/core";
import { defaultPayloadConverter } from "@temporalio/common";
import type { ActivityInterceptorsFactory, InjectedSinks } from "@temporalio/worker";
import type { TraceSinks } from "../workflow/trace-interceptors.ts";
import { beginSpan, withTrace } from "./tracing.ts";

/** Each try of an activity whose workflow is in a trace is a span of it, and so is each call that it makes. */
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
                ...callOf(input.args[0]),
              },
            });
      if (span === undefined) return next(input);
      try {
        const result = await withTrace(span.trace, () => withTracedCalls(tracedCall, () => next(input)));
        span.end({});
        return result;
      } catch (error) {
        span.end({ error: codeOf(error) });
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

/** Which step a call is of, and of which action; nothing where an activity is no call of one. */
function callOf(args: unknown): Record<string, string> {
  const call = member(args, "call");
  const [action, step] = [member(call, "action"), member(member(call, "place"), "stepPath")];
  return {
    ...(typeof action === "string" ? { "mainspring.action": action } : {}),
    ...(typeof step === "string" ? { "mainspring.step": step } : {}),
  };
}

/** Of a try that failed: the code that the run sees, where the failure has one. */
function codeOf(error: unknown): string {
  const details = member(error, "details");
  const code = Array.isArray(details) ? member(member(details[0], "value"), "code") : undefined;
  if (typeof code === "string") return code;
  return error instanceof Error ? error.name : "Error";
}

function member(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null && name in of
    ? (of as { readonly [name: string]: unknown })[name]
    : undefined;
}

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
