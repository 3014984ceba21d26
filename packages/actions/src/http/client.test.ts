import { gzipSync, brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../testing/perform-call.ts";
import { answerJson, answerRaw, answerRedirect, localServer } from "../testing/local-server.ts";
import type { Answer, LocalServer } from "../testing/local-server.ts";
import { createHttpClient } from "./client.ts";
import type { HttpClient, HttpRequest } from "./client.ts";

let here: LocalServer;
let elsewhere: LocalServer;
let client: HttpClient;

const bodyMaxBytes = 100_000;

beforeAll(async () => {
  elsewhere = await localServer({ "/end": answerJson({ at: "elsewhere" }) });
  const answers: Record<string, Answer> = {
    "/end": answerJson({ at: "here" }),
    "/nowhere": answerRaw("", {}, 302),
    "/endless": answerRedirect(302, "/endless"),
    "/large": answerRaw("x".repeat(bodyMaxBytes + 1)),
    "/largest": answerRaw("x".repeat(bodyMaxBytes)),
    "/streamed": (_request, response) => {
      response.writeHead(200);
      const more = () => response.write("x".repeat(10_000), (error) => (error ? undefined : setImmediate(more)));
      more();
    },
    "/bomb": answerRaw(gzipSync("x".repeat(50_000_000)), { "content-encoding": "gzip" }),
    "/gzip": answerRaw(gzipSync("small"), { "content-encoding": "gzip" }),
    "/brotli": answerRaw(brotliCompressSync("small"), { "content-encoding": "br" }),
    "/broken-gzip": answerRaw("no gzip at all", { "content-encoding": "gzip" }),
    "/slow-head": () => undefined,
    "/slow-body": (_request, response) => {
      response.writeHead(200, { "content-length": "10" }).write("x");
    },
    "/reset": (_request, response) => {
      response.socket?.resetAndDestroy();
    },
    "/half": (_request, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("12345", () => response.socket?.destroy());
    },
    "/no-http": (_request, response) => {
      response.socket?.end("this is no HTTP\r\n\r\n");
    },
    "/odd-headers": (_request, response) => {
      response
        .writeHead(200, [
          ["__proto__", "a"],
          ["__proto__", "b"],
          ["X-Two", "1"],
          ["x-two", "2"],
        ])
        .end();
    },
  };
  for (const status of [301, 302, 303, 307, 308]) {
    answers[`/${status}/here`] = answerRedirect(status, "/end");
    answers[`/${status}/elsewhere`] = answerRedirect(status, `${elsewhere.url}/end`);
  }
  here = await localServer(answers);
  client = createHttpClient({ bodyMaxBytes });
});

afterAll(async () => {
  await here.close();
  await elsewhere.close();
  await client.close();
});

function send(path: string, request: Partial<HttpRequest> = {}) {
  return client.request({
    method: "GET",
    url: here.url + path,
    headers: {},
    egressAllow: { hosts: ["127.0.0.1"] },
    accepts: (status) => status === 200,
    timeoutMs: 10_000,
    ...request,
  });
}

test.each([
  [301, "POST", "GET"],
  [302, "POST", "GET"],
  [303, "POST", "GET"],
  [303, "PUT", "GET"],
  [307, "POST", "POST"],
  [308, "POST", "POST"],
  [301, "PUT", "PUT"],
  [302, "DELETE", "DELETE"],
  [301, "HEAD", "HEAD"],
  [303, "HEAD", "HEAD"],
  [302, "GET", "GET"],
])("a %i answer to %s is followed by %s", async (status, method, followedBy) => {
  const body = method === "POST" || method === "PUT" ? "text" : undefined;
  const headers = { "content-type": "text/plain", "idempotency-key": "k", "x-own": "kept" };
  await send(`/${status}/here`, { method, body, headers });
  const last = here.seen.at(-1);
  const kept = method === followedBy;
  expect(last).toMatchObject({ method: followedBy, path: "/end", body: kept ? (body ?? "") : "" });
  expect(last?.headers["content-type"]).toBe(kept ? "text/plain" : undefined);
  expect(last?.headers["idempotency-key"]).toBe(kept ? "k" : undefined);
  expect(last?.headers["x-own"]).toBe("kept");
});

test("[SEC-04] another origin gets no credential, under whatever header's name", async () => {
  const headers = {
    authorization: "Bearer t",
    cookie: "s=1",
    "x-api-key": "t",
    accept: "text/plain",
    "idempotency-key": "k",
  };
  await send("/307/elsewhere", { method: "POST", body: "b", headers });
  const last = elsewhere.seen.at(-1);
  expect(last).toMatchObject({ method: "POST", body: "b", headers: { accept: "text/plain", "idempotency-key": "k" } });
  for (const name of ["authorization", "cookie", "x-api-key"]) expect(last?.headers[name]).toBeUndefined();
  await send("/307/here", { headers });
  expect(here.seen.at(-1)?.headers).toMatchObject({ authorization: "Bearer t", cookie: "s=1", "x-api-key": "t" });
});

test("five redirects are followed, a sixth is a failure", async () => {
  const before = here.seen.length;
  expect(await failureOf(send("/endless"))).toMatchObject({ category: "ActionError", code: "HTTP_TOO_MANY_REDIRECTS" });
  expect(here.seen.length - before).toBe(6);
});

test("a redirect without a place to go, and one that the caller accepts, are answers", async () => {
  expect((await send("/nowhere")).status).toBe(302);
  expect(await send("/307/here", { accepts: (status) => status === 307 })).toMatchObject({
    status: 307,
    headers: { location: "/end" },
  });
});

test("a body at the limit is read, one byte more is a failure, announced or streamed", async () => {
  expect((await send("/largest")).body.length).toBe(bodyMaxBytes);
  for (const path of ["/large", "/streamed", "/bomb"]) {
    expect(await failureOf(send(path)), path).toMatchObject({
      category: "ActionError",
      code: "HTTP_RESPONSE_TOO_LARGE",
    });
  }
});

test("the body of an answer that is not accepted is cut, not refused", async () => {
  const cut = await send("/streamed", { accepts: () => false });
  expect(cut).toMatchObject({ status: 200, cut: true });
  expect(cut.body.length).toBe(64 * 1024);
});

test("a compressed body is decoded, and a broken one is a failed exchange", async () => {
  expect(Buffer.from((await send("/gzip")).body).toString()).toBe("small");
  expect(Buffer.from((await send("/brotli")).body).toString()).toBe("small");
  expect(await failureOf(send("/broken-gzip"))).toMatchObject({
    code: "HTTP_CONNECTION_FAILED",
    details: { reason: "Z_DATA_ERROR" },
  });
});

test.each(["/slow-head", "/slow-body"])("%s ends as HTTP_TIMEOUT at the caller's limit", async (path) => {
  const failure = await failureOf(send(path, { timeoutMs: 50 }));
  expect(failure).toMatchObject({ category: "TimeoutError", code: "HTTP_TIMEOUT", details: { timeoutMs: 50 } });
});

test("a lookup that never answers ends at the caller's limit", async () => {
  const waiting = createHttpClient({ resolve: () => new Promise(() => undefined) });
  const request = {
    method: "GET",
    url: "http://slow.example/",
    headers: {},
    egressAllow: {},
    accepts: () => true,
    timeoutMs: 50,
  };
  expect(await failureOf(waiting.request(request))).toMatchObject({ category: "TimeoutError", code: "HTTP_TIMEOUT" });
});

test.each(["/slow-head", "/slow-body"])("%s ends at once when the caller's signal is aborted", async (path) => {
  const controller = new AbortController();
  const before = here.seen.length;
  const call = send(path, { signal: controller.signal });
  await expect.poll(() => here.seen.length).toBe(before + 1);
  controller.abort(new Error("stop"));
  await expect(call).rejects.toThrow("stop");
});

test.each([
  ["/reset", /ECONNRESET|UND_ERR_SOCKET/],
  ["/half", /ECONNRESET|UND_ERR_SOCKET/],
  ["/no-http", /HTTP\/1\.1 protocol|HPE_/],
])("%s is a transient HTTP_CONNECTION_FAILED", async (path, reason) => {
  const failure = await failureOf(send(path));
  expect(failure).toMatchObject({
    category: "TransientError",
    code: "HTTP_CONNECTION_FAILED",
    details: { host: `127.0.0.1:${here.port}` },
  });
  expect((failure.details as { reason: string }).reason).toMatch(reason);
});

test("a port on which nobody listens is a transient HTTP_CONNECTION_FAILED", async () => {
  const gone = await localServer({});
  await gone.close();
  const failure = await failureOf(send("", { url: gone.url }));
  expect(failure).toMatchObject({
    category: "TransientError",
    code: "HTTP_CONNECTION_FAILED",
    details: { reason: "ECONNREFUSED" },
  });
});

test("headers of any name are read, and repeated ones are joined", async () => {
  const { headers } = await send("/odd-headers");
  expect(Object.entries(headers)).toContainEqual(["__proto__", "a, b"]);
  expect(headers["x-two"]).toBe("1, 2");
});
