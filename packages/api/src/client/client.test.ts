import { expect, test } from "vitest";
import { listRoutes } from "../contract.ts";
import { ApiProblem, ApiUnreachable } from "../problem/api-problem.ts";
import { createClient } from "./client.ts";

interface Seen {
  url: string;
  method?: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** A client whose requests are answered by the given replies, in their order. */
function answeredBy(...replies: (() => Response)[]): { client: ReturnType<typeof createClient>; seen: Seen[] } {
  const seen: Seen[] = [];
  const answer = async (url: string | URL | globalThis.Request, init?: RequestInit): Promise<Response> => {
    seen.push({
      url: String(url),
      method: init?.method,
      headers: init?.headers as Record<string, string>,
      body: init?.body,
    });
    const reply = replies.shift();
    if (reply === undefined) throw new TypeError("fetch failed");
    return reply();
  };
  return { client: createClient({ baseUrl: "http://host:1/", apiKey: "ms_k", fetch: answer }), seen };
}

const json =
  (status: number, body: unknown, type = "application/json") =>
  () =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
const runId = "0190a0a0-0000-7000-8000-000000000001";

test("[API-01] the client has one method for each route of the contract", () => {
  const client = createClient({ baseUrl: "" }) as unknown as Record<string, Record<string, unknown>>;
  for (const { noun, name } of listRoutes()) expect(client[noun]?.[name], `${noun}.${name}`).toBeTypeOf("function");
});

test("a call sends path, query, key, headers and body as the route takes them", async () => {
  const { client, seen } = answeredBy(
    json(202, { runId, status: "QUEUED" }),
    json(200, { items: [], nextCursor: null }),
    json(200, { key: "a", revision: 2, issues: [] }),
  );
  await client.runs.start({
    params: { key: "a-b" },
    query: { wait: 5 },
    body: { payload: { n: 1 } },
    idempotencyKey: "once",
  });
  await client.runs.list({ query: { status: ["FAILED", "CANCELED"], q: "50% off" } });
  await client.workflows.save({ params: { key: "a" }, yaml: "workflow: a", ifMatch: 1 });
  expect(seen[0]).toMatchObject({
    url: "http://host:1/api/v1/workflows/a-b/runs?wait=5",
    method: "POST",
    body: '{"payload":{"n":1}}',
  });
  expect(seen[0]?.headers).toMatchObject({
    authorization: "Bearer ms_k",
    "idempotency-key": "once",
    "content-type": "application/json",
  });
  expect(seen[1]?.url).toBe("http://host:1/api/v1/runs?status=FAILED&status=CANCELED&q=50%25+off");
  expect(seen[2]).toMatchObject({
    method: "PUT",
    body: "workflow: a",
    headers: { "content-type": "application/yaml", "if-match": '"1"' },
  });
});

test("[API-01] an error reply is thrown with code, remedy and pointers", async () => {
  const document = {
    type: "/api/docs#PAYLOAD_INVALID",
    title: "t",
    status: 422,
    code: "PAYLOAD_INVALID",
    detail: "d",
    remedy: "r",
    issues: [{ code: "X", severity: "error", pointer: "/sku", message: "m", remedy: "r" }],
  };
  const { client } = answeredBy(
    json(422, document, "application/problem+json"),
    () => new Response("<html>bad gateway</html>", { status: 502 }),
  );
  const problem = await client.runs.get({ params: { id: runId } }).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ApiProblem);
  expect(problem).toMatchObject({ code: "PAYLOAD_INVALID", remedy: "r", status: 422, issues: [{ pointer: "/sku" }] });
  await expect(client.runs.get({ params: { id: runId } })).rejects.toMatchObject({ code: "HTTP_502", status: 502 });
  await expect(client.runs.get({ params: { id: runId } })).rejects.toBeInstanceOf(ApiUnreachable);
});

test("a stream goes on after the last entry when its connection breaks, yields each seq once and ends with the run", async () => {
  const entry = (seq: number): string =>
    `event: entry\r\nid: ${seq}\r\ndata: ${JSON.stringify({ seq, kind: "state", at: "2031-01-01T00:00:00.000Z", data: "é" })}\r\n\r\n`;
  const sse =
    (...chunks: string[]) =>
    () =>
      new Response(streamOf(chunks), { headers: { "content-type": "text/event-stream" } });
  const first = entry(1) + ": heartbeat\n\n" + entry(2).slice(0, 20);
  const { client, seen } = answeredBy(
    sse(...bytesApart(first)),
    json(503, { status: 503 }),
    sse(entry(1), entry(2), 'event: end\ndata: {"status":"SUCCEEDED"}\n\n'),
  );
  const entries: number[] = [];
  const failures: number[] = [];
  for await (const one of client.runs.stream(runId, { onDisconnect: ({ attempt }) => failures.push(attempt) }))
    entries.push(one.seq);
  expect(entries).toEqual([1, 2]);
  expect(seen.map((request) => request.headers["last-event-id"])).toEqual(["0", "1", "1"]);
  expect(failures).toEqual([1, 2]);
});

test("a stream that is refused ends with the problem, one that is aborted with the reason", async () => {
  const refused = answeredBy(
    json(404, { type: "t", title: "t", status: 404, code: "RUN_NOT_FOUND", detail: "d", remedy: "r" }),
  );
  await expect(refused.client.runs.stream(runId).next()).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  const stop = new AbortController();
  const down = answeredBy();
  const reason = new Error("enough");
  await expect(
    down.client.runs
      .stream(runId, { signal: stop.signal, onDisconnect: () => setTimeout(() => stop.abort(reason), 0) })
      .next(),
  ).rejects.toBe(reason);
});

function bytesApart(text: string): string[] {
  return [text.slice(0, 7), text.slice(7, 60), text.slice(60)];
}

function streamOf(chunks: readonly string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
}
