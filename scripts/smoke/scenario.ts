// What has to work wherever the product is installed: somebody polls the queue, a run completes, an event resumes another, and the tables
// say so.
import { setTimeout as pause } from "node:timers/promises";
import { taskQueue } from "@mainspring/core";
import { Connection } from "@temporalio/client";

export type Installation = {
  readonly url: string;
  readonly platformKey: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  /** Of a query as the owner of the tables. */
  rows(text: string): Promise<readonly Record<string, unknown>[]>;
};

const withinMs = 60_000;
const everyMs = 100;

const completes = `
workflow: smoke-completes
payload: { type: object, required: [n], properties: { n: { type: number } } }
steps:
  - { id: keep, type: action.call, action: data.put@1, input: { key: smoke, value: { $expr: payload.n } }, saveAs: kept }
  - { id: done, type: control.return, output: { n: { $expr: payload.n } } }
`;

const waits = `
workflow: smoke-waits
payload: { type: object, required: [order], properties: { order: { type: string } } }
steps:
  - { id: paid, type: event.wait, event: smoke.paid, correlationKey: { $expr: payload.order }, saveAs: payment }
  - { id: done, type: control.return, output: { receipt: { $expr: vars.payment.receipt } } }
`;

/** @param say told each thing that was shown @throws Error that says what did not come about */
export async function scenario(at: Installation, say: (line: string) => void): Promise<void> {
  await until(`a poller on ${taskQueue}`, () => isPolled(at));
  say(`somebody polls ${taskQueue} in the namespace ${at.namespace}`);

  const platform = api(at.url, at.platformKey);
  const tenant = await platform("POST", "/platform/tenants", { name: "Smoke" });
  const tenantId = String(tenant["id"]);
  const { key } = await platform("POST", `/platform/tenants/${tenantId}/api-keys`, { name: "smoke", role: "admin" });
  const call = api(at.url, String(key));
  for (const text of [completes, waits]) await call("POST", "/workflows", text);
  for (const name of ["smoke-completes", "smoke-waits"]) await call("POST", `/workflows/${name}/publish`);

  const first = await call("POST", "/workflows/smoke-completes/runs", { payload: { n: 7 } });
  const completed = await runWith(call, String(first["runId"] ?? first["id"]), "SUCCEEDED");
  expectEqual("the output of the run", completed["output"], { n: 7 });
  say(`run ${String(completed["id"])} completed`);

  const second = await call("POST", "/workflows/smoke-waits/runs", { payload: { order: tenantId } });
  const waitingId = String(second["runId"] ?? second["id"]);
  await runWith(call, waitingId, "WAITING");
  const receipt = await call("POST", "/events", {
    name: "smoke.paid",
    id: tenantId,
    correlationKey: tenantId,
    payload: { receipt: "r-1" },
  });
  const resumed = await runWith(call, waitingId, "SUCCEEDED");
  expectEqual("the output of the resumed run", resumed["output"], { receipt: "r-1" });
  say(`run ${waitingId} was resumed by event ${String(receipt["eventId"])}`);

  await until("the tables tell of both runs, the wait, the event and its delivery", async () =>
    JSON.stringify(await tables(at, tenantId)) === JSON.stringify(expectedTables) ? true : undefined,
  ).catch(async (error: unknown) => {
    throw new Error(`${(error as Error).message}: they hold ${JSON.stringify(await tables(at, tenantId))}`);
  });
  say("the tables tell of both runs, the wait, the event and its delivery");
}

const expectedTables = [
  { engine: "temporal", runs: ["smoke-completes SUCCEEDED", "smoke-waits SUCCEEDED"] },
  { waits: ["event smoke.paid RESOLVED"] },
  { events: ["smoke.paid completed"] },
  { deliveries: ["taken"] },
];

async function tables(at: Installation, tenantId: string): Promise<unknown> {
  const of = `tenant_id = '${tenantId}'`;
  const queries = [
    `select min(r.engine) as engine, array_agg(d.key || ' ' || r.status order by d.key) as runs from workflow_runs r
       join workflow_definitions d on d.tenant_id = r.tenant_id and d.id = r.workflow_id where r.${of}`,
    `select array_agg(wait_type || ' ' || event_name || ' ' || status) as waits from workflow_run_waits where ${of}`,
    `select array_agg(name || ' ' || state) as events from workflow_runtime_events where ${of}`,
    `select array_agg(state) as deliveries from workflow_event_deliveries where ${of}`,
  ];
  const found: unknown[] = [];
  for (const query of queries) found.push((await at.rows(query))[0]);
  return found;
}

async function isPolled(at: Installation): Promise<true | undefined> {
  const connection = await Connection.connect({ address: at.temporalAddress });
  try {
    for (const taskQueueType of [1, 2]) {
      // workflow tasks, activities
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace: at.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType,
      });
      if ((pollers ?? []).length === 0) return undefined;
    }
    return true;
  } finally {
    await connection.close();
  }
}

type Call = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

function api(url: string, key: string): Call {
  return async (method, path, body) => {
    const isText = typeof body === "string";
    const reply = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        connection: "close",
        ...(body === undefined ? {} : { "content-type": isText ? "application/yaml" : "application/json" }),
      },
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
}

async function runWith(call: Call, runId: string, status: string): Promise<Record<string, unknown>> {
  return until(`run ${runId} is ${status}`, async () => {
    const run = await call("GET", `/runs/${runId}`);
    if (run["status"] === status) return run;
    if (["SUCCEEDED", "FAILED", "CANCELED"].includes(String(run["status"])))
      throw new Error(`run ${runId} is ${String(run["status"])}: ${JSON.stringify(run["error"])}`);
    return undefined;
  });
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await pause(everyMs);
  }
}

function expectEqual(what: string, found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}
