import { putSecret, rotateTenantKey } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { everyPayload } from "../testing/everything-stored.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { encodings, metadataKeys, metadataOf } from "../wire/payloads.ts";
import { stateAt } from "../rebuild/state-at.ts";
import { codecsOf } from "../temporal/data-converter.ts";
import { storeBlobs } from "../temporal/store-blobs.ts";
import { storeKeys } from "../temporal/store-keys.ts";
import { remoteCodec } from "./remote-codec.ts";

const business = "Confidential Customer GmbH";
let world: World;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  endpoint = await countingEndpoint();
  world = await newWorld({ sealsPayloads: true });
  await world.startWorker({ bounds: { remoteSteps: 3 } });
});
afterAll(async () => {
  await world?.close();
  await endpoint?.close();
});

const call = (id: string, path: string, more: object = {}) => ({
  id,
  type: "action.call",
  action: "http.request@1",
  input: { method: "POST", url: endpoint.url + path, body: { orderId: { $expr: "payload.customer" } } },
  saveAs: id,
  ...more,
});

test("[SEC-03] a sealed run goes through executions, events, failures and large values, and its histories hold none of it in clear", async () => {
  await world.publish({
    workflow: "sealed",
    payload: { type: "object", properties: { customer: { type: "string" }, filler: { type: "string" } } },
    steps: [
      ...[1, 2, 3, 4, 5].map((n) => call(`call${n}`, "/orders")),
      {
        id: "wait",
        type: "event.wait",
        event: "sealed.go",
        correlationKey: { $expr: "payload.customer" },
        timeoutMs: 60_000,
        saveAs: "came",
      },
      call("fails", "/fail/400", { onError: { policy: "continue", captureErrorAs: "failure" } }),
      {
        id: "say",
        type: "action.call",
        action: "log.write@1",
        input: { message: { $expr: "$substring(payload.filler, 0, 100)" } },
      },
      { id: "end", type: "control.raise", code: "NOT_TODAY", message: { $expr: "'not for ' & payload.customer" } },
    ],
  });
  const filler = `${business} `.repeat(3_000);
  const runId = await world.start("sealed", { customer: business, filler });
  await world.waiting(runId);
  expect(await world.store.tenant(world.tenantId, (db) => rotateTenantKey(db))).toBe(2);
  await world.event({ name: "sealed.go", correlationKey: business, payload: { by: business } });
  const run = await world.ended(runId);
  expect(run).toMatchObject({ status: "FAILED", error: { code: "NOT_TODAY", message: `not for ${business}` } });
  expect((await world.executionLengths(runId)).length).toBeGreaterThan(1);

  const { kept, decoded, payloads } = await everyPayload(world, runId);
  for (const piece of ["Confidential", "orderId", "not for", "as asked"]) expect(kept, piece).not.toContain(piece);
  expect(decoded).toContain(business);
  // No codec sees search attributes, which are ids and keys of workflows, and the head of a local activity's marker: its name and times.
  const others = payloads.filter(
    ({ metadata, data }) =>
      metadata?.["type"] === undefined &&
      !Buffer.from(data ?? [])
        .toString()
        .startsWith('{"seq":'),
  );
  const encodingsSeen = new Set(others.map((payload) => metadataOf(payload, metadataKeys.encoding)));
  expect([...encodingsSeen].filter((one) => one !== encodings.none).sort()).toEqual([
    encodings.sealed,
    encodings.parts,
  ]);

  // Rebuild, fold and time travel read through the same codec.
  await world.expectSound(runId);
  const past = await stateAt(world.store, { tenantId: world.tenantId, runId, seq: 5 });
  expect(past.payload).toMatchObject({ customer: business });
});

test("[SEC-03] a cancel and a query reach a sealed run, and the remote codec reads for its tenant what Temporal shows", async () => {
  await world.publish({
    workflow: "sealed-wait",
    steps: [
      {
        id: "wait",
        type: "event.wait",
        event: "never",
        correlationKey: { $expr: "payload.customer" },
        timeoutMs: 60_000,
      },
    ],
  });
  const runId = await world.start("sealed-wait", { customer: business });
  await world.waiting(runId);
  const handle = world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`);
  expect(JSON.stringify(await handle.query("workflowRuntimeV2CurrentWait"))).toContain(business);
  const { payloads } = await everyPayload(world, runId);
  const codec = remoteCodec(codecsOf({ blobs: storeBlobs(world.store), keys: storeKeys(world.store) }));
  const shown = payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    ),
    ...(data ? { data: Buffer.from(data).toString("base64") } : {}),
  }));
  const read = await codec.decode(world.tenantId, shown);
  const text = read.map((payload) => Buffer.from(payload.data ?? "", "base64").toString()).join("\n");
  expect(text).toContain(business);
  expect(text).toContain("sealed-wait");
  await expect(codec.decode(crypto.randomUUID(), shown)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await world.cancel(runId);
  expect((await world.ended(runId)).status).toBe("CANCELED");
  await world.expectSound(runId);
});

test("[SEC-03] a person's answer, a called workflow and its failure are sealed on their way too", async () => {
  await world.publish({
    workflow: "sealed-child",
    steps: [
      { id: "fail", type: "control.raise", code: "NO_STOCK", message: { $expr: "'none for ' & payload.customer" } },
    ],
  });
  await world.publish({
    workflow: "sealed-parent",
    steps: [
      {
        id: "ask",
        type: "human.task",
        title: { $expr: "'May ' & payload.customer & ' have it?'" },
        assignTo: { users: ["ada"] },
        form: { type: "object", properties: { why: { type: "string" } } },
        saveAs: "answer",
      },
      {
        id: "guard",
        type: "control.tryCatch",
        try: [
          {
            id: "child",
            type: "control.callWorkflow",
            workflow: "sealed-child",
            input: { customer: { $expr: "payload.customer" } },
          },
        ],
        catch: [
          {
            id: "end",
            type: "control.return",
            output: { error: { $expr: "error" }, answer: { $expr: "vars.answer" } },
          },
        ],
      },
    ],
  });
  const runId = await world.start("sealed-parent", { customer: business });
  const task = await until("a task is open", async () =>
    (await world.tasks(runId)).find(({ status }) => status === "OPEN"),
  );
  expect(await world.answer(task.id, { why: `trusted ${business}` })).toEqual({ status: "accepted" });
  const run = await world.ended(runId);
  expect(run).toMatchObject({ status: "SUCCEEDED", output: { answer: { why: `trusted ${business}` } } });
  expect(JSON.stringify(run.output)).toContain(`none for ${business}`);
  const { kept, decoded } = await everyPayload(world, runId);
  expect(kept).not.toContain("Confidential");
  expect(decoded).toContain(`trusted ${business}`);
  await world.expectSound(runId);
});

test("[SEC-03] secrets and sealed payloads go together", async () => {
  await world.store.tenant(world.tenantId, (db) => putSecret(db, { name: "token", value: "sealed-secret-value" }));
  await world.publish({
    workflow: "sealed-secret",
    steps: [
      {
        id: "order",
        type: "action.call",
        action: "http.request@1",
        input: { method: "POST", url: `${endpoint.url}/orders`, body: { orderId: { $secret: "token" } } },
      },
      { id: "done", type: "control.return" },
    ],
  });
  const runId = await world.start("sealed-secret");
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  expect(endpoint.facts.get("sealed-secret-value")).toBe(1);
  const { kept, decoded } = await everyPayload(world, runId);
  expect(kept + decoded).not.toContain("sealed-secret-value");
});
