import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export interface ServerMetrics {
  request(seen: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly durationMs: number;
  }): void;
  /** @param outcome accepted, duplicate, answered, unauthorised, refused */
  webhookCall(outcome: string, reason: string): void;
  streamOpened(): void;
  streamClosed(): void;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

/** Metrics of one server, in a registry of their own. */
export function createMetrics(): ServerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "mainspring_http_requests_total",
    help: "Requests answered",
    labelNames: ["method", "route", "status"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "mainspring_http_request_seconds",
    help: "Time from request to the end of the reply",
    labelNames: ["method", "route"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const streams = new Gauge({ name: "mainspring_http_streams", help: "Open streams of runs", registers: [registry] });
  const webhookCalls = new Counter({
    name: "mainspring_webhook_calls_total",
    help: "Calls of webhook endpoints",
    labelNames: ["outcome", "reason"],
    registers: [registry],
  });
  return {
    webhookCall: (outcome, reason) => webhookCalls.inc({ outcome, reason }),
    request({ method, route, status, durationMs }) {
      requests.inc({ method, route, status: String(status) });
      durations.observe({ method, route }, durationMs / 1_000);
    },
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    text: () => registry.metrics(),
  };
}
