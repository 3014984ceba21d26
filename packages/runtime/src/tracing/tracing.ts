import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import { parseTraceparent, traceparentOf, type TraceContext } from "@mainspring/core";
import { otlpExporter, type Exporter, type Span } from "./otlp-exporter.ts";

const current = new AsyncLocalStorage<TraceContext>();
let exporter: Exporter | undefined;

/**
 * Sends this process's spans to `OTEL_EXPORTER_OTLP_ENDPOINT`; without it none are begun, and one that comes with a request is only
 * carried on.
 * @throws Error that names the variable
 */
export function configureTracing(
  env: NodeJS.ProcessEnv,
  options: { readonly service: "server" | "worker"; readonly complain: (message: string) => void },
): void {
  const endpoint = env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (endpoint === undefined || endpoint === "") return;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw new Error(`OTEL_EXPORTER_OTLP_ENDPOINT is ${endpoint}: set it to an address such as http://collector:4318.`);
  exporter = otlpExporter({
    endpoint,
    headers: headersOf(env["OTEL_EXPORTER_OTLP_HEADERS"]),
    service: env["OTEL_SERVICE_NAME"] || `mainspring-${options.service}`,
    complain: options.complain,
  });
}

/** Before a process ends. */
export async function flushTraces(): Promise<void> {
  await exporter?.flush();
}

/** What comes next belongs to this trace; undefined: to none. */
export function currentTrace(): TraceContext | undefined {
  return current.getStore();
}

export function withTrace<T>(trace: TraceContext, work: () => T): T {
  return current.run(trace, work);
}

/** A span that has begun. */
export interface OpenSpan {
  /** For what happens within it. */
  readonly trace: TraceContext;
  /** Told once. */
  end(outcome: { readonly attributes?: Span["attributes"]; readonly error?: string }): void;
}

export interface SpanStart {
  readonly name: string;
  readonly kind: Span["kind"];
  readonly attributes?: Span["attributes"];
  /** Left out: at random. */
  readonly spanId?: string;
  /** Milliseconds since 1970; left out: now. */
  readonly startMs?: number;
}

/** @param parent undefined: a trace begins, if spans are sent at all */
export function beginSpan(parent: TraceContext | undefined, start: SpanStart): OpenSpan | undefined {
  if (parent === undefined && exporter === undefined) return undefined;
  const { name, kind, spanId = randomId(8), startMs = Date.now() } = start;
  const trace = { traceId: parent?.traceId ?? randomId(16), spanId, sampled: parent?.sampled ?? true };
  return {
    trace,
    end({ attributes, error }) {
      if (!trace.sampled) return;
      exporter?.add({
        traceId: trace.traceId,
        spanId,
        ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
        name,
        kind,
        startMs,
        endMs: Date.now(),
        attributes: { ...start.attributes, ...attributes },
        ...(error === undefined ? {} : { error }),
      });
    },
  };
}

/** The span of a request, and the work within it. What the server needs of this module. */
export interface RequestTracing {
  begin(traceparent: string | undefined, name: string): OpenSpan | undefined;
  within(span: OpenSpan, work: () => void): void;
}

export const requestTracing: RequestTracing = {
  begin: (traceparent, name) => beginSpan(parseTraceparent(traceparent), { name, kind: "server" }),
  within: (span, work) => withTrace(span.trace, work),
};

/** The current trace as the outbox keeps it; undefined where there is none. */
export function currentTraceparent(): string | undefined {
  const trace = currentTrace();
  return trace === undefined ? undefined : traceparentOf(trace);
}

function randomId(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}

/** `key=value,key=value`, values percent-encoded, as OpenTelemetry has it. */
function headersOf(text: string | undefined): Record<string, string> {
  const pairs = (text ?? "").split(",").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), percentDecoded(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error("OTEL_EXPORTER_OTLP_HEADERS has a value that is not percent-encoded.");
  }
}
