// A secret in the real processes, at their most talkative: what they write, store, send and answer.
import { createServer, type AddressInfo, type Server } from "node:net";
import { listRoutes } from "@mainspring/api";
import { everyPayload, everyRow } from "@mainspring/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProduct, type Product } from "./product.ts";

const secret = 'sk_live_51H/8x+Qz=&"ü';
const forms = [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64").slice(0, 20),
  Buffer.from(`x${secret}`).toString("base64").slice(4, 24),
  Buffer.from(`xx${secret}`).toString("base64").slice(4, 24),
];

let product: Product;
let echo: Server;
let address: string;
const seen: string[] = [];
beforeAll(async () => {
  // Gives back all that it was sent, in clear; what it is sent to /broken it gives back as no HTTP at all.
  echo = createServer((socket) => {
    socket.on("error", () => {});
    socket.setEncoding("utf8").once("data", (request: string) => {
      seen.push(request);
      const body = JSON.stringify({ request, base64: Buffer.from(request).toString("base64") });
      const status = request.includes("/refused") ? "422 No" : "200 OK";
      const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
      socket.end(
        request.includes("/broken") ? request : `${head}x-echo: ${encodeURIComponent(request)}\r\n\r\n${body}`,
      );
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  product = await startProduct({}, { MAINSPRING_LOG_LEVEL: "trace" });
});
afterAll(async () => {
  await product?.close();
  echo?.close();
});

test("[SEC-03] a secret that was used, and with which steps failed, is in no table, history, log, reply or export", async () => {
  const { api, world } = product;
  const ask = async (method: string, path: string, body?: unknown) => (await api.request(method, path, body)).body;
  expect(await ask("PUT", "/secrets/crm", { value: secret })).toMatchObject({ name: "crm", version: 1 });
  const call = (id: string, path: string, more: object = {}) => ({
    id,
    type: "action.call",
    action: "http.request@1",
    input: {
      method: "POST",
      url: address + path,
      query: { key: { $secret: "crm" } },
      body: { $secret: "crm", format: "{}|{}" },
    },
    saveAs: id,
    ...more,
  });
  const kept = { onError: { policy: "continue", captureErrorAs: "error" } };
  const definition = {
    workflow: "secretive",
    steps: [
      call("ok", "/ok"),
      call("refused", "/refused", kept),
      call("broken", "/broken", { ...kept, retry: { maxAttempts: 2, backoffMs: 10 } }),
      {
        id: "note",
        type: "action.call",
        action: "log.write@1",
        input: { level: "error", message: { $secret: "crm" }, data: { key: { $secret: "crm" } } },
      },
      { id: "state", type: "state.set", state: { $expr: "$substring(vars.ok.body.request, 0, 60)" } },
      call("last", "/refused"),
    ],
  };
  expect(await ask("POST", "/workflows", { definition })).toMatchObject({ key: "secretive" });
  expect(await ask("POST", "/workflows/secretive/publish")).toMatchObject({ version: 1 });
  const { runId } = (await ask("POST", "/workflows/secretive/runs", { payload: { user: "ada" } })) as { runId: string };
  const run = await world.ended(runId);
  expect(run).toMatchObject({ status: "FAILED", error: { code: "HTTP_422", stepId: "last" } });
  expect(seen.length).toBe(5);
  for (const request of seen) expect(request).toContain(`${secret}|${secret}`);
  const replayed = (await ask("POST", `/runs/${runId}/replay`)) as { runId: string };
  await world.ended(replayed.runId);

  const replies: string[] = [];
  for (const { route } of listRoutes()) {
    if (route.method !== "GET" || route.role === "platform" || route.mount === "root") continue;
    const path = route.path
      .replace(":id", runId)
      .replace(":key", "secretive")
      .replace(":version", "1")
      .replace(":seq", "9");
    if (/:\w|\/stream$/.test(path)) continue;
    replies.push(`${path}: ${JSON.stringify((await api.request("GET", path)).body)}`);
  }
  expect(replies.length).toBeGreaterThan(20);
  const history = await everyPayload(world, runId);
  const places = {
    tables: await everyRow(world.database),
    history: history.kept,
    payloads: history.decoded,
    logs: product.logs(),
    replies: replies.join("\n"),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text, place).toContain("[REDACTED]");
    for (const form of forms) {
      const at = text.indexOf(form);
      expect(at < 0 ? undefined : text.slice(Math.max(0, at - 300), at + form.length), place).toBeUndefined();
    }
  }
});
