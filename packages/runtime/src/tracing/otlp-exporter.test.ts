import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { otlpExporter, queuedMax, type Span } from "./otlp-exporter.ts";
import { beginSpan, configureTracing } from "./tracing.ts";

let server: Server;
let received: { headers: Record<string, unknown>; body: { resourceSpans: { scopeSpans: { spans: object[] }[] }[] } }[];
let status: number;
beforeEach(async () => {
  received = [];
  status = 200;
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      received.push({ headers: request.headers, body: JSON.parse(text) as (typeof received)[number]["body"] });
      response.statusCode = status;
      response.end("{}");
    });
  });
  await new Promise<void>((ok) => server.listen(0, "127.0.0.1", ok));
});
afterEach(() => new Promise((ok) => server.close(ok)));

const span: Span = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  name: "outbox",
  kind: "producer",
  startMs: 1_700_000_000_000.25,
  endMs: 1_700_000_000_001,
  attributes: { "mainspring.run": "r", count: 2, ratio: 0.5, ok: true },
};

function exporter(complaints: string[] = [], port = (server.address() as AddressInfo).port) {
  return otlpExporter({
    endpoint: `http://127.0.0.1:${port}/`,
    headers: { "x-team": "ours" },
    service: "mainspring-test",
    complain: (message) => complaints.push(message),
  });
}

test("[OBS-01] spans are sent as OTLP's JSON: ids in hexadecimal, times in nanoseconds as text, kinds and failures by number", async () => {
  const to = exporter();
  to.add(span);
  to.add({ ...span, spanId: "00f067aa0ba902b8", parentSpanId: span.spanId, kind: "client", error: "HTTP_500" });
  await to.flush();
  expect(received).toHaveLength(1);
  expect(received[0]?.headers).toMatchObject({ "content-type": "application/json", "x-team": "ours" });
  expect(received[0]?.body).toEqual({
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "mainspring-test" } }] },
        scopeSpans: [
          {
            scope: { name: "mainspring" },
            spans: [
              {
                traceId: span.traceId,
                spanId: span.spanId,
                name: "outbox",
                kind: 4,
                startTimeUnixNano: "1700000000000250000",
                endTimeUnixNano: "1700000000001000000",
                attributes: [
                  { key: "mainspring.run", value: { stringValue: "r" } },
                  { key: "count", value: { intValue: "2" } },
                  { key: "ratio", value: { doubleValue: 0.5 } },
                  { key: "ok", value: { boolValue: true } },
                ],
                status: {},
              },
              expect.objectContaining({
                parentSpanId: span.spanId,
                kind: 3,
                status: { code: 2, message: "HTTP_500" },
              }),
            ],
          },
        ],
      },
    ],
  });
});

test("spans that wait for a slow collector have an end", async () => {
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  let spans = 0;
  const slow = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const { resourceSpans } = JSON.parse(text) as (typeof received)[number]["body"];
      spans += resourceSpans[0]?.scopeSpans[0]?.spans.length ?? 0;
      void answered.then(() => response.end("{}"));
    });
  });
  await new Promise<void>((ok) => slow.listen(0, "127.0.0.1", ok));
  const complaints: string[] = [];
  const to = exporter(complaints, (slow.address() as AddressInfo).port);
  for (let i = 0; i < 3 * queuedMax; i += 1) to.add(span);
  expect(complaints).toEqual([`traces are lost: ${queuedMax} wait already`]);
  answer();
  await to.flush();
  // What waited, and what was under way.
  expect(spans).toBeGreaterThanOrEqual(queuedMax);
  expect(spans).toBeLessThan(2 * queuedMax);
  await new Promise((ok) => slow.close(ok));
});

test("a collector that is away or refuses costs spans, and one line of log", async () => {
  const complaints: string[] = [];
  const refused = exporter(complaints);
  await refused.flush(); // of nothing
  status = 503;
  refused.add(span);
  await refused.flush();
  refused.add(span);
  await refused.flush();
  expect(complaints).toEqual([expect.stringMatching(/^traces are lost: .*\/v1\/traces answered 503$/)]);
  const away = exporter(complaints, 1);
  for (let i = 0; i < queuedMax + 10; i += 1) away.add(span);
  await away.flush();
  expect(complaints).toHaveLength(2);
});

test("without an address no span is begun; a trace that came along is carried on all the same", () => {
  configureTracing({}, { service: "server", complain: () => undefined });
  expect(beginSpan(undefined, { name: "a", kind: "server" })).toBeUndefined();
  const parent = { traceId: span.traceId, spanId: span.spanId, sampled: true };
  expect(beginSpan(parent, { name: "a", kind: "server" })?.trace).toMatchObject({ traceId: span.traceId });
  expect(() =>
    configureTracing(
      { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" },
      { service: "server", complain: () => undefined },
    ),
  ).toThrow("OTEL_EXPORTER_OTLP_ENDPOINT is collector:4318");
});
