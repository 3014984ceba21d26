import { afterAll, beforeAll, expect, test } from "vitest";
import { answerJson, answerRaw, answerRedirect, localServer } from "../testing/local-server.ts";
import type { Answer, LocalServer } from "../testing/local-server.ts";
import { failureOf, performCall } from "../testing/perform-call.ts";
import { subsetSchema } from "../json-schema.ts";
import type { ActionRequest } from "../perform.ts";
import { schemaIssues } from "../testing/schema-issues.ts";
import { httpRequest } from "./http-request.ts";

let server: LocalServer;

beforeAll(async () => {
  const booked = new Map<string, number>();
  const answers: Record<string, Answer> = {
    "/json": answerJson({ id: 7, list: [1, "two", null] }),
    "/problem": answerJson({ ok: 1 }, 200, { "content-type": "application/problem+json; charset=utf-8" }),
    "/exact": answerRaw('{"id":12345678901234567890,"name":"a\\u0000","__proto__":{"x":1},"_jsonata_lambda":true}', {
      "content-type": "application/json",
    }),
    "/text": answerRaw("grüezi", { "content-type": "text/plain" }),
    "/latin1": answerRaw(Buffer.from("grüezi", "latin1"), { "content-type": "text/plain; charset=ISO-8859-1" }),
    "/broken-text": answerRaw(Buffer.from([0x61, 0xff, 0x62]), { "content-type": "text/plain" }),
    "/nul-text": answerRaw("a\u0000b", { "content-type": "text/plain" }),
    "/no-json": answerRaw("OK", { "content-type": "application/json" }),
    "/no-type": answerRaw('{"a":1}'),
    "/no-type-text": answerRaw("just text"),
    "/no-type-bytes": answerRaw(Buffer.from([0, 1, 254, 255])),
    "/png": answerRaw(Buffer.from([0x89, 0x50, 0x4e, 0x47]), { "content-type": "image/png" }),
    "/empty": answerRaw("", {}, 204),
    "/teapot": answerJson({ reason: "no coffee" }, 418, { "set-cookie": "s=1", "x-request-id": "r-1" }),
    "/long-error": answerRaw("e".repeat(20_000), { "content-type": "text/plain" }, 400),
    "/busy": answerJson({}, 503, { "retry-after": "2" }),
    "/redirect": answerRedirect(302, "/json"),
    "/book": (request, response) => {
      const key = String(request.headers["idempotency-key"]);
      if (!booked.has(key)) booked.set(key, booked.size + 1);
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ booking: booked.get(key), bookings: booked.size }));
    },
    "/hang": () => undefined,
  };
  for (const status of [400, 401, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504])
    answers[`/status/${status}`] = answerJson({ status }, status);
  server = await localServer(answers);
});

afterAll(() => server.close());

function call(input: Record<string, unknown>, request: Partial<ActionRequest> = {}) {
  const url = typeof input.path === "string" ? server.url + input.path : input.url;
  const { path: _path, ...rest } = input;
  return performCall(
    httpRequest,
    { method: "GET", ...rest, url },
    { tenant: { egressAllow: { hosts: ["127.0.0.1"] } }, ...request },
  );
}

const bodyOf = async (path: string) => {
  const { output, adjusted } = await call({ path });
  const { body, bodyEncoding } = output as { body: unknown; bodyEncoding?: string };
  expect(schemaIssues(subsetSchema(httpRequest.output, "output"), output)).toEqual([]);
  return {
    body,
    ...(bodyEncoding === undefined ? {} : { bodyEncoding }),
    ...(adjusted === undefined ? {} : { adjusted }),
  };
};

test("a JSON answer is a value, with status and headers", async () => {
  const { output } = await call({ path: "/json" });
  expect(output).toMatchObject({
    status: 200,
    headers: { "content-type": "application/json" },
    body: { id: 7, list: [1, "two", null] },
  });
  expect(schemaIssues(subsetSchema(httpRequest.output, "output"), output)).toEqual([]);
});

test.each([
  ["/problem", { body: { ok: 1 } }],
  ["/text", { body: "grüezi" }],
  ["/latin1", { body: "grüezi" }],
  ["/no-type", { body: { a: 1 } }],
  ["/no-type-text", { body: "just text" }],
  ["/empty", { body: null }],
  ["/png", { body: "iVBORw==", bodyEncoding: "base64" }],
  ["/no-type-bytes", { body: "AAH+/w==", bodyEncoding: "base64" }],
  ["/no-json", { body: "OK", adjusted: ["/body BODY_NOT_JSON"] }],
  ["/broken-text", { body: "a\ufffdb", adjusted: ["/body TEXT_NOT_STORABLE"] }],
  ["/nul-text", { body: "a\ufffdb", adjusted: ["/body TEXT_NOT_STORABLE"] }],
])("the body of %s is kept as its media type says", async (path, expected) => {
  expect(await bodyOf(path)).toEqual(expected);
});

test("[CAS-01] numbers, text and keys that cannot be kept are adjusted and noted", async () => {
  expect(await bodyOf("/exact")).toEqual({
    body: { id: "12345678901234567890", name: "a\ufffd" },
    adjusted: [
      "/body/id NUMBER_NOT_EXACT",
      "/body/name TEXT_NOT_STORABLE",
      "/body/__proto__ KEY_REFUSED",
      "/body/_jsonata_lambda KEY_REFUSED",
    ],
  });
});

test("HEAD has no body", async () => {
  const { output } = await call({ path: "/json", method: "HEAD" });
  expect(output).toMatchObject({ status: 200, body: null });
});

test.each([
  ["an object", { cups: 2 }, '{"cups":2}', "application/json"],
  ["a list", [1], "[1]", "application/json"],
  ["false", false, "false", "application/json"],
  ["text", "a=1&b=2", "a=1&b=2", "text/plain; charset=utf-8"],
  ["null", null, "", undefined],
  ["nothing", undefined, "", undefined],
])("%s as body is sent as it should", async (_, body, sent, contentType) => {
  await call({ path: "/book", method: "POST", body });
  const last = server.seen.at(-1);
  expect(last?.body).toBe(sent);
  expect(last?.headers["content-type"]).toBe(contentType);
});

test("headers are sent as given, and an authored content type stands", async () => {
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Authorization: "Bearer t" };
  await call({ path: "/book", method: "POST", body: "a=1", headers });
  expect(server.seen.at(-1)).toMatchObject({
    body: "a=1",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: "Bearer t",
      "user-agent": "mainspring",
    },
  });
});

test.each([
  ["host", "evil.example"],
  ["Content-Length", "1"],
  ["Transfer-Encoding", "chunked"],
  ["x-split", "a\r\nb: c"],
  ["bad name", "x"],
])("the header %s is refused before anything is sent", async (name, value) => {
  const before = server.seen.length;
  const failure = await failureOf(call({ path: "/json", headers: { [name]: value } }));
  expect(failure).toMatchObject({
    category: "ValidationError",
    code: "ACTION_INPUT_INVALID",
    details: { issues: [{ pointer: `/headers/${name}` }] },
  });
  expect(server.seen.length).toBe(before);
});

test("query members are added to the URL's own, encoded; null is left out and a list repeats", async () => {
  await call({ path: "/json?a=1", query: { b: "x y&z", n: 5, t: true, none: null, list: ["p", 2] } });
  expect(server.seen.at(-1)?.path).toBe("/json?a=1&b=x+y%26z&n=5&t=true&list=p&list=2");
});

test.each([
  [400, "ActionError"],
  [401, "ActionError"],
  [404, "ActionError"],
  [409, "ActionError"],
  [422, "ActionError"],
  [408, "TransientError"],
  [425, "TransientError"],
  [429, "TransientError"],
  [500, "TransientError"],
  [502, "TransientError"],
  [503, "TransientError"],
  [504, "TransientError"],
])("an answer of %i is a %s with the status in its code", async (status, category) => {
  const failure = await failureOf(call({ path: `/status/${status}` }));
  expect(failure).toMatchObject({ category, code: `HTTP_${status}`, details: { status, body: { status } } });
});

test("[CAS-01] [CASE-12] the error of a 418 has the body, and of the headers those that explain", async () => {
  const failure = await failureOf(call({ path: "/teapot", method: "POST", body: { cups: 2 } }));
  expect(failure).toMatchObject({
    category: "ActionError",
    code: "HTTP_418",
    details: { status: 418, body: { reason: "no coffee" } },
  });
  const { headers } = failure.details as { headers: Record<string, string> };
  expect(headers).toMatchObject({ "content-type": "application/json", "x-request-id": "r-1" });
  expect(headers["set-cookie"]).toBeUndefined();
});

test("[CAS-01] an error keeps 8 KiB of the body", async () => {
  const { details } = await failureOf(call({ path: "/long-error" }));
  expect(details).toMatchObject({ body: "e".repeat(8_192), bodyCut: true });
});

test("[ACT-13] Retry-After reaches the engine as milliseconds", async () => {
  expect(await failureOf(call({ path: "/busy" }))).toMatchObject({ code: "HTTP_503", retryAfterMs: 2_000 });
});

test("okStatus adds to the answers that are accepted, redirects included", async () => {
  expect((await call({ path: "/status/404", okStatus: [404] })).output).toMatchObject({
    status: 404,
    body: { status: 404 },
  });
  expect((await call({ path: "/json", okStatus: [404] })).output).toMatchObject({ status: 200 });
  expect((await call({ path: "/status/503", okStatus: [503] })).output).toMatchObject({ status: 503 });
  expect((await call({ path: "/redirect", okStatus: [302] })).output).toMatchObject({
    status: 302,
    headers: { location: "/json" },
  });
  expect((await call({ path: "/redirect" })).output).toMatchObject({ status: 200 });
});

test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s carries the invocation's key", async (method) => {
  await call({ path: "/book", method }, { key: "inv-1" });
  expect(server.seen.at(-1)).toMatchObject({ method, headers: { "idempotency-key": "inv-1" } });
});

test.each(["GET", "HEAD"])("%s carries no key", async (method) => {
  await call({ path: "/json", method });
  expect(server.seen.at(-1)?.headers["idempotency-key"]).toBeUndefined();
});

test("the same key twice is one effect at an endpoint that honours it, another key is another", async () => {
  const book = async (key: string, attempt: number) => {
    const { output } = await call({ path: "/book", method: "POST", body: { inv: 1 } }, { key, attempt });
    return (output as { body: { booking: number; bookings: number } }).body;
  };
  const first = await book("twice", 1);
  expect(await book("twice", 2)).toEqual(first);
  expect((await book("other", 1)).bookings).toBe(first.bookings + 1);
});

test("a private address that the tenant may not reach is EGRESS_REFUSED", async () => {
  const failure = await failureOf(call({ path: "/json" }, { tenant: {} }));
  expect(failure).toMatchObject({
    category: "ActionError",
    code: "EGRESS_REFUSED",
    details: { host: "127.0.0.1", address: "127.0.0.1" },
  });
});

test("the call's own limit, the step's deadline and a cancel end a hanging call, each with its code", async () => {
  expect(await failureOf(call({ path: "/hang", timeoutMs: 30 }))).toMatchObject({
    category: "TimeoutError",
    code: "HTTP_TIMEOUT",
  });
  expect(await failureOf(call({ path: "/hang" }, { timeoutMs: 30 }))).toMatchObject({
    category: "TimeoutError",
    code: "ACTION_TIMEOUT",
  });
  const controller = new AbortController();
  const before = server.seen.length;
  const canceled = failureOf(call({ path: "/hang" }, { signal: controller.signal }));
  await expect.poll(() => server.seen.length).toBe(before + 1);
  controller.abort();
  expect(await canceled).toMatchObject({ category: "Cancellation", code: "CANCELED" });
});

test.each([
  ["no method", { method: undefined }, "/method"],
  ["a method that is none", { method: "get" }, "/method"],
  ["an empty URL", { url: "" }, "/url"],
  ["a member that does not exist", { uri: "x" }, "/uri"],
  ["a limit of zero", { timeoutMs: 0 }, "/timeoutMs"],
])("an input with %s does not fit", async (_, change, pointer) => {
  const failure = await failureOf(call({ path: "/json", ...change, ...("url" in change ? { path: undefined } : {}) }));
  expect(failure).toMatchObject({ code: "ACTION_INPUT_INVALID", details: { issues: [{ pointer }] } });
});
