import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problem, problemContentType } from "@mainspring/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

interface Answer {
  status: number;
  headers: Headers;
  document: Record<string, unknown>;
}

async function ask(
  method: string,
  path: string,
  options: { key?: string | null; body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const key = options.key === undefined ? on.one.keys.admin : options.key;
  const headers: Record<string, string> = {
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(options.body === undefined ? {} : { "content-type": "application/json" }),
    ...options.headers,
  };
  const reply = await fetch(on.url + path, { method, headers, body: options.body });
  const text = await reply.text();
  return {
    status: reply.status,
    headers: reply.headers,
    document: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

describe("[API-01] every refusal is a problem document with code and remedy", () => {
  const long = "x".repeat(4 * 1024 * 1024);
  test.each<[string, number, string, () => Promise<Answer>]>([
    ["an unknown address", 404, "NOT_FOUND", () => ask("GET", "/api/v1/nothing")],
    ["a page at a webhook's address", 404, "NOT_FOUND", () => ask("GET", "/hooks/some/where")],
    ["an unknown address of no route", 404, "NOT_FOUND", () => ask("POST", "/nothing")],
    ["a malformed address", 404, "NOT_FOUND", () => ask("GET", "/api/v1/runs/%zz")],
    ["an address with a slash too many", 404, "NOT_FOUND", () => ask("GET", "/api/v1/actions/")],
    ["another method", 405, "METHOD_NOT_ALLOWED", () => ask("PUT", "/api/v1/runs")],
    ["no key", 401, "UNAUTHENTICATED", () => ask("GET", "/api/v1/runs", { key: null })],
    ["a key that is none", 401, "UNAUTHENTICATED", () => ask("GET", "/api/v1/runs", { key: "ms_nope" })],
    [
      "a key with another secret",
      401,
      "UNAUTHENTICATED",
      () => ask("GET", "/api/v1/runs", { key: on.one.keys.admin.slice(0, -1) + "~" }),
    ],
    [
      "a key of a tenant that is not",
      401,
      "UNAUTHENTICATED",
      () =>
        ask("GET", "/api/v1/runs", {
          key: on.one.keys.admin.replace(on.one.id, "00000000-0000-7000-8000-000000000000"),
        }),
    ],
    [
      "another scheme",
      401,
      "UNAUTHENTICATED",
      () => ask("GET", "/api/v1/runs", { key: null, headers: { authorization: "Basic eDp5" } }),
    ],
    [
      "broken JSON without a key: who may not call learns nothing of what is wrong",
      401,
      "UNAUTHENTICATED",
      () => ask("POST", "/api/v1/events", { key: null, body: '{"name":' }),
    ],
    ["broken JSON", 400, "BODY_NOT_JSON", () => ask("POST", "/api/v1/events", { body: '{"name":' })],
    [
      "bytes that are no text",
      400,
      "BODY_NOT_JSON",
      () => ask("POST", "/api/v1/events", { body: Uint8Array.of(0x22, 0xff, 0x22) }),
    ],
    [
      "a body that is too large",
      413,
      "BODY_TOO_LARGE",
      () => ask("POST", "/api/v1/events", { body: JSON.stringify({ long }) }),
    ],
    [
      "another content type",
      415,
      "MEDIA_TYPE_UNSUPPORTED",
      () =>
        ask("POST", "/api/v1/events", {
          body: "a=b",
          headers: { "content-type": "application/x-www-form-urlencoded" },
        }),
    ],
    [
      "YAML where none is taken",
      415,
      "MEDIA_TYPE_UNSUPPORTED",
      () => ask("POST", "/api/v1/events", { body: "name: x", headers: { "content-type": "application/yaml" } }),
    ],
    ["no body where one is needed", 422, "REQUEST_INVALID", () => ask("POST", "/api/v1/events")],
    ["an unknown query", 422, "REQUEST_INVALID", () => ask("GET", "/api/v1/runs?colour=red")],
    ["a query on a route without any", 422, "REQUEST_INVALID", () => ask("GET", "/api/v1/actions?x=1")],
    ["a cursor of another list", 422, "CURSOR_MISMATCH", () => ask("GET", "/api/v1/runs?cursor=bm9uZQ")],
    [
      "an entry that no journal can have",
      422,
      "REQUEST_INVALID",
      () => ask("GET", "/api/v1/runs/0190a0a0-0000-7000-8000-000000000001/journal?afterSeq=99999999999"),
    ],
    ["an id that is none", 404, "RUN_NOT_FOUND", () => ask("GET", "/api/v1/runs/not-a-uuid")],
    ["an id of nobody", 404, "RUN_NOT_FOUND", () => ask("GET", "/api/v1/runs/0190a0a0-0000-7000-8000-000000000001")],
    [
      "a bad idempotency key",
      422,
      "REQUEST_INVALID",
      () => ask("POST", "/api/v1/workflows/a-b/runs", { headers: { "idempotency-key": "x".repeat(201) } }),
    ],
    [
      "a bad revision",
      422,
      "REQUEST_INVALID",
      () => ask("DELETE", "/api/v1/workflows/a-b", { headers: { "if-match": "latest" } }),
    ],
    [
      "the platform key on a tenant's route",
      403,
      "FORBIDDEN",
      () => ask("GET", "/api/v1/runs", { key: "f00dfeed-0123456789-abcdefghij" }),
    ],
    [
      "a tenant's key on a platform route",
      403,
      "FORBIDDEN",
      () => ask("POST", "/api/v1/platform/tenants", { body: '{"name":"x"}' }),
    ],
  ])("%s: %i %s", async (_, status, code, request) => {
    const answer = await request();
    expect(answer).toMatchObject({ status, document: { status, code } });
    expect(answer.headers.get("content-type")).toBe(problemContentType);
    const document = problem.parse(answer.document);
    expect(document.remedy).not.toBe("");
    expect(document.type).toBe(`/api/docs#${code}`);
  });

  test("a refused body closes no connection: the next request goes over the same one", async () => {
    const { hostname, port } = new URL(on.url);
    const body = '{"name":';
    const head = `Host: x\r\nAuthorization: Bearer ${on.one.keys.admin}\r\n`;
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`POST /api/v1/events HTTP/1.1\r\n${head}Content-Type: application/json\r\n`);
        socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
        socket.write(`GET /api/v1/workflows HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
      });
      let received = "";
      socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
      socket.on("close", () => resolve(received));
      socket.on("error", reject);
    });
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(["400", "200"]);
  });

  test("[RUN-02] a control that there is not is refused whatever the body is", async () => {
    await on.one.client.workflows.create({ body: { definition: smallDefinition("controlled") } });
    await on.one.client.workflows.publish({ params: { key: "controlled" } });
    const started = await on.one.client.runs.start({ params: { key: "controlled" } });
    const id = "runId" in started ? started.runId : started.id;
    for (const [type, body] of [
      ["application/json", '{"from":'],
      ["text/plain", "again"],
      ["application/yaml", "again: ["],
    ] as const) {
      const answer = await ask("POST", `/api/v1/runs/${id}/requeue`, { body, headers: { "content-type": type } });
      expect(answer, type).toMatchObject({ status: 409, document: { code: "WORKFLOW_TEMPORAL_ACTION_UNSUPPORTED" } });
    }
  });

  test("405 names the methods that there are", async () => {
    expect((await ask("PATCH", "/api/v1/workflows/a-b")).headers.get("allow")).toBe("GET, HEAD, PUT, DELETE");
  });

  test("what is no HTTP is answered as well", async () => {
    const { hostname, port } = new URL(on.url);
    const reply = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write("NONSENSE\r\n\r\n"));
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
    });
    expect(reply).toMatch(/^HTTP\/1.1 400 /);
    expect(reply).toContain('"code":"REQUEST_INVALID"');
  });
});

test("what a body has too much, too little or wrong is listed with pointers", async () => {
  const { document } = await ask("POST", "/api/v1/events", {
    body: JSON.stringify([
      { name: "a", id: "1" },
      { id: 7, nmae: "a", "x/y": 1 },
    ]),
  });
  const issues = (document.issues as { code: string; pointer: string }[]).map(
    ({ code, pointer }) => `${code} ${pointer}`,
  );
  expect(issues.sort()).toEqual([
    "FIELD_MISSING /1/name",
    "FIELD_TYPE /1/id",
    "FIELD_UNKNOWN /1/nmae",
    "FIELD_UNKNOWN /1/x~1y",
  ]);
});

test("numbers that would change and text that cannot be stored are refused where they stand, in bodies and in queries", async () => {
  const number = await ask("POST", "/api/v1/workflows/a-b/runs", { body: '{"payload":{"id":9007199254740993}}' });
  expect(number).toMatchObject({
    status: 422,
    document: { code: "NUMBER_NOT_EXACT", issues: [{ pointer: "/payload/id" }] },
  });
  const text = await ask("GET", "/api/v1/runs?q=%00%00%00");
  expect(text).toMatchObject({
    status: 422,
    document: { code: "TEXT_NOT_STORABLE", issues: [{ in: "query", pointer: "/q" }] },
  });
  const key = await ask("POST", "/api/v1/events", { body: '{"name":"a","id":"1","payload":{"__proto__":{}}}' });
  expect(key).toMatchObject({
    status: 422,
    document: { code: "KEY_REFUSED", issues: [{ pointer: "/payload/__proto__" }] },
  });
});

test("replies carry the strict policy and are not kept by caches", async () => {
  for (const path of ["/api/v1/runs", "/api/docs", "/healthz", "/nothing.txt"]) {
    const { headers } = await ask("GET", path);
    expect(headers.get("content-security-policy"), path).toMatch(/^default-src 'self';/);
    expect(headers.get("content-security-policy"), path).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect(headers.get("cache-control"), path).toBe("no-store");
  }
});

test("[API-01] the OpenAPI document and its readable page are served", async () => {
  const { document } = await ask("GET", "/api/v1/openapi.json", { key: null });
  expect(document).toMatchObject({ openapi: "3.1.0", paths: { "/api/v1/runs/{id}": { get: {} } } });
  const page = await ask("GET", "/api/docs", { key: null });
  expect(page.headers.get("content-type")).toContain("text/html");
  expect((await ask("GET", "/api/docs.css", { key: null })).headers.get("content-type")).toContain("text/css");
});

test("health says live and ready apart, ready by asking each time", async () => {
  expect(await ask("GET", "/healthz", { key: null })).toMatchObject({ status: 200, document: { ok: true } });
  expect(await ask("GET", "/readyz", { key: null })).toMatchObject({
    status: 200,
    document: { ok: true, parts: { postgres: { ok: true }, temporal: { ok: true } } },
  });
  on.runs.isReady = false;
  expect(await ask("GET", "/readyz", { key: null })).toMatchObject({
    status: 503,
    document: { ok: false, parts: { postgres: { ok: true }, temporal: { ok: false, reason: "told so" } } },
  });
  on.runs.isReady = true;
  expect((await ask("GET", "/readyz", { key: null })).status).toBe(200);
});

test("metrics count requests by route, not by address", async () => {
  await ask("GET", "/api/v1/runs/0190a0a0-0000-7000-8000-000000000001");
  const { document } = await ask("GET", "/metrics", { key: null });
  expect(String(document.text)).toMatch(
    /mainspring_http_requests_total\{method="GET",route="\/api\/v1\/runs\/:id",status="404"\} \d/,
  );
  expect(String(document.text)).not.toContain("0190a0a0");
});

test("the demo shop is served, and its addresses are none of the pages'", async () => {
  expect(await ask("GET", "/demo/stock/kettle", { key: null })).toMatchObject({
    status: 200,
    document: { sku: "kettle" },
  });
});

test("pages fall back to the application, the API's addresses do not; without a build a page says how to make one", async () => {
  for (const path of ["/", "/runs/abc"]) {
    const page = await ask("GET", path, { key: null });
    expect(page.headers.get("content-type"), path).toContain("text/html");
  }
  expect((await ask("GET", "/api/v2/runs", { key: null })).document.code).toBe("NOT_FOUND");
  expect((await ask("GET", "//api/v1/runs")).document.code).toBe("NOT_FOUND");
  expect((await ask("GET", "/assets/none.js", { key: null })).document.code).toBe("NOT_FOUND");
});

test("what goes wrong inside is told by its request id alone", async () => {
  await on.one.client.workflows.create({ body: { definition: smallDefinition("inside") } });
  const { start } = on.runs;
  on.runs.start = async () => {
    throw new Error("password=hunter2");
  };
  const answer = await ask("POST", "/api/v1/workflows/inside/runs");
  on.runs.start = start;
  expect(answer).toMatchObject({
    status: 500,
    document: { code: "INTERNAL", requestId: answer.headers.get("x-request-id") },
  });
  expect(JSON.stringify(answer.document)).not.toContain("hunter2");
});

test("a build of the web application is served: files for ever, the page anew each time, addresses of its own as the page", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mainspring-web-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>built</title>");
  await writeFile(join(folder, "assets", "app-1a2b.js"), "export {};");
  const built = await testServer({ webFolder: folder });
  try {
    const script = await fetch(`${built.url}/assets/app-1a2b.js`);
    expect([script.status, script.headers.get("content-type")]).toEqual([200, "application/javascript; charset=utf-8"]);
    expect(script.headers.get("cache-control")).toContain("immutable");
    for (const path of ["/", "/runs/0190a0a0-0000-7000-8000-000000000001?tab=steps"]) {
      const page = await fetch(built.url + path);
      expect(await page.text(), path).toContain("built");
      expect(page.headers.get("cache-control"), path).toBe("no-store");
    }
    for (const path of [
      "/assets/../index.html",
      "/assets/%2e%2e/index.html",
      "/assets/..%2findex.html",
      "/assets/app-none.js",
    ]) {
      expect((await fetch(built.url + path)).headers.get("cache-control"), path).toBe("no-store");
    }
  } finally {
    await built.close();
    await rm(folder, { recursive: true });
  }
});
