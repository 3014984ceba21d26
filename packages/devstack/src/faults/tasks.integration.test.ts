// People's tasks over HTTP, while the worker is killed.
import { countingEndpoint, newApiKey, until, type CountingEndpoint } from "@mainspring/runtime/testing";
import { createTenant } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiOf, expectStatus, type Api } from "../start/api.ts";
import { startProduct, type Product } from "./product.ts";

let product: Product;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  product = await startProduct();
  endpoint = await countingEndpoint();
});
afterAll(async () => {
  await product?.close();
  await endpoint?.close();
});

const okForm = { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } };
const ask = (id: string, group: string) => ({
  id: `ask${group}`,
  type: "human.task",
  title: group,
  assignTo: { groups: [id] },
  form: okForm,
  saveAs: id,
});

async function personOf(role: "viewer" | "operator" | "admin", tenantId = product.world.tenantId): Promise<Api> {
  return apiOf(product.url, await newApiKey(product.world.store, tenantId, role));
}

async function published(definition: { readonly workflow: string; readonly steps: readonly object[] }): Promise<void> {
  const { api } = product;
  expectStatus(await api.request("POST", "/workflows", { definition: { semantics: 2, ...definition } }), 201);
  expectStatus(await api.request("POST", `/workflows/${definition.workflow}/publish`, {}), 201);
}

async function started(workflow: string, payload: object = {}): Promise<string> {
  return String(
    expectStatus(await product.api.request("POST", `/workflows/${workflow}/runs`, { payload }), 202)["runId"],
  );
}

type Task = { id: string; stepId: string; status: string; [member: string]: unknown };

async function tasksOf(runId: string, count: number): Promise<Task[]> {
  return until(`${count} tasks of ${runId} are open`, async () => {
    const { items } = expectStatus(await product.api.request("GET", `/tasks?runId=${runId}`), 200) as { items: Task[] };
    return items.length === count ? items : undefined;
  });
}

test("[CAS-01] [CASE-10] [WAI-13] two signatures, the worker killed in between: one call with both, and repeats are answered as they were", async () => {
  const { api, world, worker } = product;
  await published({
    workflow: "two-signatures",
    steps: [
      {
        id: "both",
        type: "control.parallel",
        saveAs: "join",
        branches: [
          { id: "legal", steps: [ask("legal", "Legal")] },
          { id: "finance", steps: [ask("finance", "Finance")] },
        ],
      },
      {
        id: "publish",
        type: "action.call",
        action: "http.request@1",
        input: {
          method: "POST",
          url: { $expr: 'payload.url & "/orders"' },
          body: { orderId: { $expr: '$string(vars.legal.ok) & "-" & $string(vars.finance.ok)' } },
        },
      },
      { id: "done", type: "control.return", output: { $expr: "vars.join" } },
    ],
  });
  const runId = await started("two-signatures", { url: endpoint.url });
  const tasks = await tasksOf(runId, 2);
  const of = (stepId: string): Task => tasks.find((task) => task.stepId === stepId) as Task;
  const [legal, finance] = [of("askLegal"), of("askFinance")];
  expect(legal).toMatchObject({
    runId,
    title: "Legal",
    form: okForm,
    status: "OPEN",
    assignTo: { users: [], groups: ["legal"] },
  });
  const [ada, bob] = [await personOf("operator"), await personOf("operator")];
  const complete = async (person: Api, id: string, ok: boolean) => {
    const { status, body } = await person.request("POST", `/tasks/${id}/complete`, { answer: { ok } });
    return [status, body["status"] === "accepted" ? "accepted" : body["code"]];
  };

  expect(await complete(ada, finance.id, true)).toEqual([200, "accepted"]);
  await worker.kill();
  await worker.ready();

  expect(expectStatus(await api.request("GET", `/runs/${runId}`), 200)["status"]).toBe("WAITING");
  expect((await tasksOf(runId, 2)).map(({ stepId, status }) => `${stepId} ${status}`).sort()).toEqual([
    "askFinance COMPLETED",
    "askLegal OPEN",
  ]);
  expect(endpoint.facts.size).toBe(0);
  const why = expectStatus(await api.request("GET", `/runs/${runId}/why`), 200);
  expect(why["cause"]).toBe("waiting-task");
  expect(why["sentence"]).toMatch(/legal/i);
  expect(why["also"]).toMatchObject([
    { cause: "waiting-branches", sentence: expect.stringContaining("1 of 2") as string },
  ]);
  expect(await complete(ada, finance.id, true)).toEqual([200, "accepted"]);
  expect(await complete(bob, finance.id, true)).toEqual([409, "TASK_CLOSED"]);
  expect(await complete(ada, finance.id, false)).toEqual([409, "TASK_CLOSED"]);

  expect(await complete(bob, legal.id, false)).toEqual([200, "accepted"]);
  const run = await world.ended(runId);
  expect(run.output).toEqual({
    counted: ["finance", "legal"],
    branches: { legal: { status: "SUCCEEDED" }, finance: { status: "SUCCEEDED" } },
  });
  expect([...endpoint.facts]).toEqual([["false-true", 1]]);
  expect(await complete(ada, finance.id, true)).toEqual([200, "accepted"]);
  expect(await complete(bob, finance.id, true)).toEqual([409, "TASK_CLOSED"]);
  await world.expectSound(runId);
}, 120_000);

test("[WAI-14] [WAI-16] [TEN-06] invalid answers are 422 with pointers, an override is an administrator's, and another tenant sees nothing", async () => {
  const { api, world } = product;
  expectStatus(await api.request("PUT", "/forms/sign-off", { title: "Sign off", schema: okForm }), 201);
  await published({ workflow: "sign", steps: [{ ...ask("it", "It"), form: { ref: "sign-off" } }] });
  const runId = await started("sign");
  const [task] = (await tasksOf(runId, 1)) as [Task];
  expect(task).toMatchObject({ formName: "sign-off", form: okForm });
  const [ada, bob, admin] = [await personOf("operator"), await personOf("operator"), await personOf("admin")];
  const at = `/tasks/${task.id}`;

  const invalid = await ada.request("POST", `${at}/complete`, { answer: { ok: 1 } });
  expect([invalid.status, invalid.body["code"]]).toEqual([422, "ANSWER_INVALID"]);
  expect(invalid.body["issues"]).toMatchObject([{ pointer: "/answer/ok" }]);
  expect((await (await personOf("viewer")).request("POST", `${at}/complete`, { answer: { ok: true } })).status).toBe(
    403,
  );
  expect((await ada.request("POST", `${at}/override`, { answer: 1 })).status).toBe(403);

  expect(expectStatus(await ada.request("POST", `${at}/claim`), 200)).toMatchObject({ status: "CLAIMED" });
  expect((await ada.request("POST", `${at}/claim`)).status).toBe(200);
  for (const verb of ["claim", "release"]) {
    const other = await bob.request("POST", `${at}/${verb}`);
    expect([other.status, other.body["code"]]).toEqual([409, "TASK_CLAIMED"]);
  }
  expect((await bob.request("POST", `${at}/complete`, { answer: { ok: true } })).body["code"]).toBe("TASK_CLAIMED");
  const mine = expectStatus(await ada.request("GET", "/tasks?mine=true"), 200);
  expect(mine["items"]).toMatchObject([{ id: task.id }]);
  expect(expectStatus(await bob.request("GET", "/tasks?mine=true"), 200)["items"]).toEqual([]);

  const stranger = await personOf(
    "admin",
    (await world.store.platform((db) => createTenant(db, { name: "Other" }))).id,
  );
  for (const [method, path, body] of [
    ["GET", at, undefined],
    ["POST", `${at}/claim`, undefined],
    ["POST", `${at}/release`, undefined],
    ["POST", `${at}/complete`, { answer: { ok: true } }],
    ["POST", `${at}/override`, { answer: { ok: true } }],
    ["GET", "/forms/sign-off", undefined],
    ["DELETE", "/forms/sign-off", undefined],
  ] as const)
    expect((await stranger.request(method, path, body)).status, `${method} ${path}`).toBe(404);
  const foreign = { workflow: "sign", semantics: 2, steps: [{ ...ask("it", "It"), form: { ref: "sign-off" } }] };
  const drafted = expectStatus(await stranger.request("POST", "/workflows", { definition: foreign }), 201);
  expect(drafted["issues"]).toMatchObject([{ code: "FORM_UNKNOWN", pointer: "/steps/0/form/ref" }]);
  expect((await stranger.request("POST", "/workflows/sign/publish", {})).status).toBe(422);

  expect(expectStatus(await admin.request("POST", `${at}/override`, { answer: "as I say" }), 200)).toEqual({
    status: "accepted",
  });
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  expect(expectStatus(await ada.request("GET", at), 200)).toMatchObject({
    status: "COMPLETED",
    overridden: true,
    answer: "as I say",
  });
  for (const verb of ["claim", "release"]) {
    const closed = await ada.request("POST", `${at}/${verb}`);
    expect([closed.status, closed.body["code"]]).toEqual([409, "TASK_CLOSED"]);
  }
}, 60_000);

test("an event that answers a task reaches it through the inbox", async () => {
  const { api, world } = product;
  await published({
    workflow: "by-event",
    steps: [ask("it", "It"), { id: "done", type: "control.return", output: { $expr: "vars.event.by" } }],
  });
  const runId = await started("by-event");
  const [task] = (await tasksOf(runId, 1)) as [Task];
  const event = {
    name: "human.task.completed",
    id: "e-1",
    correlationKey: task.id,
    payload: { ok: true },
    userId: "ada",
  };
  expectStatus(await api.request("POST", "/events", event), 202);
  expect((await world.ended(runId)).output).toBe("ada");
});
