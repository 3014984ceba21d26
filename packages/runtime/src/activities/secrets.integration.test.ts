import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ActionFailure, defineAction } from "@mainspring/actions";
import { putSecret, deleteSecret } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { everyPayload, everyRow } from "../testing/everything-stored.ts";
import { newWorld, type World } from "../testing/world.ts";

const secret = 'sk_live "quoted" ü/+&\\end';
const forms = [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  ...[0, 1, 2].map((alignment) =>
    Buffer.concat([Buffer.alloc(alignment), Buffer.from(secret)])
      .toString("base64")
      .slice(4, 24),
  ),
];

const seen: { readonly url: string; readonly authorization: string | undefined; readonly body: string }[] = [];
const tries: unknown[] = [];

/** Fails with the secret in every part of its error, and with one that is no error of ours. */
const blurt = defineAction({
  name: "test.blurt@1",
  title: "Blurt",
  description: "Fails with what it was given.",
  effect: "once",
  timeoutMs: 5_000,
  input: z.object({ token: z.string(), how: z.enum(["failure", "error", "output"]) }),
  output: z.unknown(),
  async run({ input: { token, how }, log }) {
    tries.push(token);
    log({ level: "warn", message: `about to fail with ${token}`, data: { [token]: [token, { deep: token }] } });
    if (how === "output")
      return { [token]: token, text: Buffer.from(token).toString("base64"), url: `?a=${encodeURIComponent(token)}` };
    if (how === "error") throw new Error(`broken: ${token}`, { cause: new Error(token) });
    throw new ActionFailure({
      category: "TransientError",
      code: "BLURTED",
      message: `refused ${token}`,
      details: { token, nested: JSON.stringify({ token }) },
    });
  },
});

const locally = defineAction({
  name: "test.local@1",
  title: "Local",
  description: "Gives back or fails with what it was given.",
  effect: "none",
  execution: "local",
  timeoutMs: 5_000,
  input: z.object({ token: z.string(), fail: z.boolean().default(false) }),
  output: z.unknown(),
  run({ input: { token, fail }, log }) {
    log({ level: "info", message: token, data: token });
    if (fail) throw new Error(token);
    return { token };
  },
});

const log: string[] = [];
const note = (fields: object, message: string) => void log.push(`${message} ${JSON.stringify(fields)}`);
let world: World;
let echo: Server;
let url: string;
beforeAll(async () => {
  echo = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const { authorization } = request.headers;
      seen.push({ url: request.url ?? "", authorization, body });
      response.writeHead(request.url?.startsWith("/fail") === true ? 400 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify({ authorization, body, url: request.url, [body]: 1 }));
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  world = await newWorld({ actions: [blurt, locally], log: { info: note, warn: note } });
  await world.store.tenant(world.tenantId, (db) => putSecret(db, { name: "crm", value: secret }));
  await world.startWorker();
});
afterAll(async () => {
  await world?.close();
  echo?.close();
});

test("[SEC-03] a secret reaches the action that asks for it, and after steps that succeed and fail with it its value stands nowhere", async () => {
  const call = (id: string, action: string, input: object, more: object = {}) => ({
    id,
    type: "action.call",
    action,
    input,
    saveAs: id,
    onError: { policy: "continue", captureErrorAs: `${id}Error` },
    ...more,
  });
  const request = (path: string) => ({
    method: "POST",
    url: url + path,
    headers: { authorization: { $secret: "crm", format: "Basic {}" }, "x-user": { $expr: "payload.user" } },
    query: { token: { $secret: "crm" } },
    body: { token: { $secret: "crm" }, list: [1, { $secret: "crm" }] },
  });
  const token = { $secret: "crm" };
  await world.publish({
    workflow: "secretive",
    steps: [
      call("ok", "http.request@1", request("/ok")),
      call("refused", "http.request@1", request("/fail")),
      call("note", "log.write@1", { message: { $secret: "crm", format: "the key is {}" }, data: { token } }),
      call("local", "test.local@1", { token }),
      call("localFails", "test.local@1", { token, fail: true }),
      call("output", "test.blurt@1", { token, how: "output" }),
      call("failure", "test.blurt@1", { token, how: "failure" }, { retry: { maxAttempts: 2, backoffMs: 10 } }),
      call("error", "test.blurt@1", { token, how: "error" }),
      { id: "kept", type: "transform.assign", assign: { copy: { $expr: "vars.ok" } } },
      { id: "done", type: "control.return", output: { $expr: "$" } },
    ],
  });
  const runId = await world.start("secretive", { user: "ada" });
  const run = await world.ended(runId);
  expect(run.status).toBe("SUCCEEDED");
  expect(await world.trace(runId)).toEqual(
    expect.arrayContaining(["ok SUCCEEDED", "refused FAILED", "local SUCCEEDED", "localFails FAILED", "error FAILED"]),
  );
  // It was there: nothing else would show that it is gone.
  expect(seen.map(({ body }) => (JSON.parse(body) as { token: string }).token)).toEqual([secret, secret]);
  expect(seen[0]?.authorization).toBe(`Basic ${secret}`);
  expect(new URL(seen[0]?.url ?? "", url).searchParams.get("token")).toBe(secret);
  expect(tries).toEqual([secret, secret, secret, secret]);
  expect(run.output).toMatchObject({
    vars: { ok: { body: { body: expect.stringContaining("[REDACTED]") as string } } },
  });
  expect(log.filter((line) => line.includes("[REDACTED]")).length).toBeGreaterThan(4);

  const { kept, decoded, payloads } = await everyPayload(world, runId);
  expect(payloads.length).toBeGreaterThan(15);
  const places = { rows: await everyRow(world.database), kept, decoded, log: log.join("\n") };
  for (const [place, text] of Object.entries(places)) {
    expect(text, place).toContain("[REDACTED]");
    for (const form of forms) {
      const at = text.indexOf(form);
      expect(
        at < 0 ? undefined : text.slice(Math.max(0, at - 200), at + form.length),
        `${place}: ${form}`,
      ).toBeUndefined();
    }
  }
  await world.expectSound(runId);
});

test("[SEC-03] what merely looks like a secret is data, and is never resolved", async () => {
  await world.publish({
    workflow: "lookalike",
    steps: [
      {
        id: "say",
        type: "action.call",
        action: "http.request@1",
        input: {
          method: "POST",
          url: `${url}/look`,
          body: { value: { $expr: "payload.value" }, real: { $secret: "crm" } },
        },
      },
    ],
  });
  const runId = await world.start("lookalike", { value: { $secret: "crm" } });
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  const sent = JSON.parse(seen.findLast((one) => one.url === "/look")?.body ?? "null") as unknown;
  expect(sent).toEqual({ value: { $secret: "crm" }, real: secret });
});

test("[SEC-03] a secret that is gone by the time of the call is SECRET_NOT_FOUND, nothing is called, and a new value needs no new version", async () => {
  await world.store.tenant(world.tenantId, (db) => putSecret(db, { name: "later", value: "value one" }));
  await world.publish({
    workflow: "gone",
    steps: [
      {
        id: "call",
        type: "action.call",
        action: "http.request@1",
        input: { method: "GET", url: { $secret: "later", format: `${url}/gone?{}` } },
      },
      { id: "done", type: "control.return" },
    ],
  });
  expect((await world.ended(await world.start("gone"))).status).toBe("SUCCEEDED");
  await world.store.tenant(world.tenantId, (db) => putSecret(db, { name: "later", value: "value-two" }));
  expect((await world.ended(await world.start("gone"))).status).toBe("SUCCEEDED");
  await world.store.tenant(world.tenantId, (db) => deleteSecret(db, "later"));
  const run = await world.ended(await world.start("gone"));
  expect(run).toMatchObject({
    status: "FAILED",
    error: { category: "ActionError", code: "SECRET_NOT_FOUND", stepId: "call", details: { secret: "later" } },
  });
  expect(seen.filter((one) => one.url.startsWith("/gone")).map((one) => one.url)).toEqual([
    "/gone?value%20one",
    "/gone?value-two",
  ]);
});

test("[SEC-03] the key of a call does not depend on the secret's value: what was done before the value changed is not done again", async () => {
  await world.store.tenant(world.tenantId, (db) => putSecret(db, { name: "rotated", value: "before before" }));
  await world.publish({
    workflow: "rotated",
    steps: [
      {
        id: "call",
        type: "action.call",
        action: "http.request@1",
        idempotencyKey: "one-effect",
        input: { method: "POST", url: `${url}/rotated`, body: { $secret: "rotated" } },
      },
      { id: "done", type: "control.return" },
    ],
  });
  await world.ended(await world.start("rotated"));
  await world.store.tenant(world.tenantId, (db) => putSecret(db, { name: "rotated", value: "after after" }));
  expect((await world.ended(await world.start("rotated"))).status).toBe("SUCCEEDED");
  expect(seen.filter((one) => one.url === "/rotated").map((one) => one.body)).toEqual(["before before"]);
});
