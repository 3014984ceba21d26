import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { asOwner } from "@mainspring/store/testing";
import { until } from "@mainspring/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProduct, type Product } from "./product.ts";

type Span = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  service: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
  status: { code?: number; message?: string };
};

/** A collector in small: OTLP's JSON over HTTP. */
const spans: Span[] = [];
const called: { path: string; traceparent: string | undefined }[] = [];
let collector: Server;
let target: Server;
let product: Product;
beforeAll(async () => {
  collector = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      if (request.url !== "/v1/traces") throw new Error(`spans came to ${request.url}`);
      for (const resource of (JSON.parse(text) as OtlpDocument).resourceSpans) {
        const service = resource.resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
        for (const scope of resource.scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, service })));
      }
      response.end("{}");
    });
  });
  target = createServer((request, response) => {
    called.push({ path: request.url ?? "", traceparent: request.headers["traceparent"] as string | undefined });
    const isFirst = called.filter(({ path }) => path === request.url).length === 1;
    response.statusCode = request.url === "/flaky" && isFirst ? 503 : 200;
    response.setHeader("content-type", "application/json");
    response.end("{}");
  });
  await Promise.all([collector, target].map((server) => new Promise<void>((ok) => server.listen(0, "127.0.0.1", ok))));
  product = await startProduct({}, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${portOf(collector)}` });
  for (const [key, path] of [
    ["traced", "outer"],
    ["held", "held"],
  ] as const) {
    const steps = [call(path), { id: "child", type: "control.callWorkflow", workflow: "inner", input: {} }];
    if (key === "traced") await publish("inner", [call("inner")]);
    await publish(key, key === "traced" ? steps : [call(path)]);
  }
});
afterAll(async () => {
  await product?.close();
  collector?.close();
  target?.close();
});

type OtlpDocument = {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Omit<Span, "service">[] }[];
  }[];
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function call(path: string): object {
  const url = `http://127.0.0.1:${portOf(target)}/${path}`;
  return { id: `call-${path}`, type: "action.call", action: "http.request@1", input: { method: "POST", url } };
}

async function publish(key: string, steps: object[], more: object = {}): Promise<void> {
  const definition = { workflow: key, payload: { type: "object" }, ...more, steps };
  expect((await product.api.request("POST", "/workflows", { definition })).status).toBe(201);
  expect((await product.api.request("POST", `/workflows/${key}/publish`)).status).toBe(201);
}

async function start(key: string, traceId: string): Promise<string> {
  const { status, body } = await product.api.request(
    "POST",
    `/workflows/${key}/runs`,
    { payload: {} },
    { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  );
  expect(status).toBe(202);
  return String(body["runId"]);
}

const named = (traceId: string, name: RegExp): Span[] =>
  spans.filter((span) => span.traceId === traceId && name.test(span.name));
const waitForSpans = (traceId: string, name: RegExp, count = 1): Promise<Span[]> =>
  until(`${count} spans ${String(name)}`, () => {
    const found = named(traceId, name);
    return found.length >= count ? found : undefined;
  });

test("[OBS-01] one trace goes from the request over the outbox, the workflow and its activity to the outbound call", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const runId = await start("traced", traceId);
  await until("the run ends", async () =>
    (await product.api.request("GET", `/runs/${runId}`)).body["status"] === "SUCCEEDED" ? true : undefined,
  );
  const [request] = await waitForSpans(traceId, /^POST \/api\/v1\/workflows\/:key\/runs$/);
  const [outbox] = await waitForSpans(traceId, /^outbox$/);
  const workflows = await waitForSpans(traceId, /^workflow workflowRuntimeV2RunWorkflow$/, 2);
  const calls = await waitForSpans(traceId, /^POST 127\.0\.0\.1:\d+$/, 2);
  const parent = workflows.find(({ parentSpanId }) => parentSpanId === outbox?.spanId);
  const child = workflows.find(({ parentSpanId }) => parentSpanId === parent?.spanId);
  expect(request).toMatchObject({ parentSpanId: "00f067aa0ba902b7", service: "mainspring-server" });
  expect(outbox).toMatchObject({ parentSpanId: request?.spanId, service: "mainspring-server" });
  expect(parent).toMatchObject({ service: "mainspring-worker" });
  expect(child?.spanId).not.toBe(parent?.spanId);
  const activities = named(traceId, /^activity perform(Action|Batch)$/);
  for (const [path, workflow] of [
    ["/outer", parent],
    ["/inner", child],
  ] as const) {
    const sent = called.find((one) => one.path === path)?.traceparent ?? "";
    const outbound = calls.find(({ spanId }) => sent === `00-${traceId}-${spanId}-01`);
    const activity = activities.find(({ spanId }) => spanId === outbound?.parentSpanId);
    expect([path, activity?.parentSpanId]).toEqual([path, workflow?.spanId]);
  }
  for (const { startTimeUnixNano, endTimeUnixNano } of spans.filter((span) => span.traceId === traceId))
    expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true);
  // Ids are one each: a span that was told twice would be two.
  const ids = spans.filter((span) => span.traceId === traceId).map(({ spanId }) => spanId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("[OBS-01] each try of a call is a span of its own, with what it failed of", async () => {
  const traceId = "c2d3e4f5061728394a5b6c7d8e9f7bb1";
  await publish("flaky", [{ ...call("flaky"), retry: { maxAttempts: 3, backoffMs: 10 } }]);
  await start("flaky", traceId);
  const tries = await waitForSpans(traceId, /^activity performAction$/, 2);
  const valueOf = (span: Span, key: string): string | undefined => {
    const value = span.attributes.find((attribute) => attribute.key === key)?.value;
    return value?.stringValue ?? value?.intValue;
  };
  tries.sort((a, b) => Number(valueOf(a, "temporal.attempt")) - Number(valueOf(b, "temporal.attempt")));
  expect(tries.map((span) => [valueOf(span, "temporal.attempt"), span.status.message])).toEqual([
    ["1", "HTTP_503"],
    ["2", undefined],
  ]);
  for (const span of tries)
    expect([valueOf(span, "mainspring.action"), valueOf(span, "mainspring.step")]).toEqual([
      "http.request@1",
      "root.steps[0]",
    ]);
  const outbound = await waitForSpans(traceId, /^POST 127/, 2);
  expect(new Set(outbound.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set(tries.map(({ spanId }) => spanId)));
});

test("[OBS-01] the outbox keeps the trace of a run whose start waits: whoever hands it over goes on with it", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  expect((await product.api.request("POST", "/workflows/held/pause")).status).toBe(200);
  const runId = await start("held", traceId);
  const kept = await asOwner(product.world.database, "select traceparent from outbox where id = $1", [runId]);
  const [request] = await waitForSpans(traceId, /^POST \/api/);
  expect(kept).toEqual([{ traceparent: `00-${traceId}-${request?.spanId}-01` }]);
  expect(called.some(({ path }) => path === "/held")).toBe(false);
  expect((await product.api.request("POST", "/workflows/held/unpause")).status).toBe(200);
  const [outbox] = await waitForSpans(traceId, /^outbox$/);
  expect(outbox).toMatchObject({ parentSpanId: request?.spanId, service: "mainspring-worker" });
  await waitForSpans(traceId, /^POST 127/);
  expect(called.find(({ path }) => path === "/held")?.traceparent).toContain(traceId);
});

test("[OBS-01] what an event starts goes on in the event's trace, and each start of a schedule begins one", async () => {
  const traceId = "7bb1c2d3e4f5061728394a5b6c7d8e9f";
  await publish("by-event", [call("by-event")], { triggers: [{ id: "sent", event: "traced.sent" }] });
  const event = { name: "traced.sent", id: "traced-1" };
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  expect((await product.api.request("POST", "/events", event, { traceparent })).status).toBe(202);
  const [asked] = await waitForSpans(traceId, /^event triggers$/);
  const [accepted] = await waitForSpans(traceId, /^POST \/api\/v1\/events$/);
  const [outbox] = await waitForSpans(traceId, /^outbox$/);
  await waitForSpans(traceId, /^POST 127/);
  expect(asked).toMatchObject({ parentSpanId: accepted?.spanId, service: "mainspring-worker" });
  expect(outbox?.parentSpanId).toBe(asked?.spanId);
  expect(called.find(({ path }) => path === "/by-event")?.traceparent).toContain(traceId);

  await publish("by-schedule", [call("by-schedule")]);
  const schedule = { workflow: "by-schedule", name: "each second", spec: { everyMs: 1_000 }, overlap: "allow" };
  const { status, body } = await product.api.request("POST", "/schedules", schedule);
  expect(status).toBe(201);
  const made = await until("it has started a run that called", () =>
    called.find(({ path }) => path === "/by-schedule"),
  );
  expect((await product.api.request("DELETE", `/schedules/${String(body["id"])}`)).status).toBe(204);
  const own = made.traceparent?.split("-")[1] ?? "none";
  const [tick] = await waitForSpans(own, /^schedule tick$/);
  const [started] = await waitForSpans(own, /^outbox$/);
  expect([tick?.parentSpanId, started?.parentSpanId]).toEqual([undefined, tick?.spanId]);
});

test("a request that names no trace begins one, and one that asks not to be recorded is carried on and not sent", async () => {
  const before = spans.length;
  expect((await product.api.request("GET", "/workflows")).status).toBe(200);
  await until("a trace of its own", () =>
    spans.slice(before).some(({ name, parentSpanId }) => name === "GET /api/v1/workflows" && parentSpanId === undefined)
      ? true
      : undefined,
  );
  const traceId = "a3ce929d0e0e47364bf92f3577b34da6";
  called.length = 0;
  await product.api.request(
    "POST",
    "/workflows/traced/runs",
    { payload: {} },
    { traceparent: `00-${traceId}-00f067aa0ba902b7-00` },
  );
  await until("both calls are made", () => (called.length === 2 ? true : undefined));
  for (const { traceparent } of called) expect(traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  expect(spans.filter((span) => span.traceId === traceId)).toEqual([]);
});
