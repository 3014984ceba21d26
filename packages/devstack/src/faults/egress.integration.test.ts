// What a tenant's runs may not reach, asked for by real runs on the real processes.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApiKey, createTenant } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiOf, expectStatus, type Api } from "../start/api.ts";
import { startProduct, type Product } from "./product.ts";

let product: Product;
let api: Api;
/** The tenant may call this one, */
let open: Listening;
/** and not this one, on the same machine. */
let closed: Listening;
beforeAll(async () => {
  [product, open, closed] = await Promise.all([startProduct(), listen(), listen()]);
  const { store } = product.world;
  const egressAllow = [`127.0.0.1:${open.port}`, `[::1]:${open.port}`];
  const { id } = await store.platform((db) => createTenant(db, { name: "narrow", egressAllow }));
  const { key } = await store.tenant(id, (db) => createApiKey(db, { name: "narrow", role: "admin" }));
  api = apiOf(product.url, key);
  const input = { method: "GET", url: { $expr: "payload.url" } };
  const get = { id: "get", type: "action.call", action: "http.request@1", input, saveAs: "reply" };
  const steps = [get, { id: "done", type: "control.return", output: { $expr: "vars.reply.body" } }];
  const definition = { workflow: "fetch", name: "Fetch", semantics: 2, payload: { type: "object" }, steps };
  expectStatus(await api.request("POST", "/workflows", { definition }), 201);
  expectStatus(await api.request("POST", "/workflows/fetch/publish", {}), 200, 201);
});
afterAll(async () => {
  await product?.close();
  open?.server.close();
  closed?.server.close();
});

test("the allowed port of this machine is reached, and its redirect to itself is followed", async () => {
  const here = `http://127.0.0.1:${open.port}/hello`;
  expect(await fetched(here)).toMatchObject({ status: "SUCCEEDED", output: { path: "/hello" } });
  expect(await fetched(redirectTo(here))).toMatchObject({ status: "SUCCEEDED", output: { path: "/hello" } });
});

test("[SEC-04] metadata addresses and ports that are not allowed are refused in every spelling, also after a redirect", async () => {
  const refused = [
    "http://169.254.169.254/latest/meta-data/",
    `http://[::1]:${closed.port}/`,
    `http://0x7f000001:${closed.port}/`,
    `http://2130706433:${closed.port}/`,
    `http://127.1:${closed.port}/`,
    `http://[::ffff:127.0.0.1]:${closed.port}/`,
    `http://127.0.0.1:${closed.port}/`,
    `http://localhost:${closed.port}/`,
  ];
  const before = closed.seen.length;
  const runs = await Promise.all(
    [...refused, ...refused.map(redirectTo)].map(async (url) => ({ url, run: await fetched(url) })),
  );
  for (const { url, run } of runs) {
    const error = run["error"] as { code: string; details: { reason: string } } | null;
    expect({ url, status: run["status"], code: error?.code }).toEqual({
      url,
      status: "FAILED",
      code: "EGRESS_REFUSED",
    });
    process.stdout.write(`${url}: ${error?.code}, ${error?.details.reason}\n`);
  }
  expect(closed.seen.slice(before)).toEqual([]);
  expect(open.seen.filter((path) => path.startsWith("/hop?"))).toHaveLength(refused.length + 1);
});

/** The run with that URL, at its end. */
async function fetched(url: string): Promise<Record<string, unknown>> {
  const reply = await api.request("POST", "/workflows/fetch/runs?wait=25", { payload: { url } });
  return expectStatus(reply, 200);
}

function redirectTo(url: string): string {
  return `http://127.0.0.1:${open.port}/hop?to=${encodeURIComponent(url)}`;
}

type Listening = { server: Server; port: number; seen: string[] };

/** On both loopback addresses; `/hop?to=` redirects. */
async function listen(): Promise<Listening> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    seen.push(path);
    const to = URL.parse(path, "http://here")?.searchParams.get("to");
    if (to) response.writeHead(302, { location: to }).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ path }));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return { server, port: (server.address() as AddressInfo).port, seen };
}
