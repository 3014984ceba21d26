import { AsyncLocalStorage } from "node:async_hooks";

/** Of one exchange with its redirects. */
export interface TracedCall {
  /** Sent along, where the handler sends none of its own. */
  readonly traceparent?: string;
  end(outcome: { readonly status?: number; readonly failed?: string }): void;
}

export type TraceCall = (call: { readonly method: string; readonly host: string }) => TracedCall;

const tracing = new AsyncLocalStorage<TraceCall>();

/** Calls that handlers make within `work` are told to `trace`, with their host and nothing else of their address. */
export function withTracedCalls<T>(trace: TraceCall, work: () => T): T {
  return tracing.run(trace, work);
}

/** Undefined: nobody wants to hear of this one. */
export function traceCall(method: string, url: string): TracedCall | undefined {
  return tracing.getStore()?.({ method, host: URL.parse(url)?.host ?? "" });
}
