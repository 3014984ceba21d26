import { afterAll, beforeAll, expect, test } from "vitest";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  world = await newWorld();
  endpoint = await countingEndpoint();
  await world.startWorker();
});
afterAll(async () => {
  await world?.close();
  await endpoint?.close();
});

test("[ACT-02] [ACT-13] [ACT-14] a remote call is tried by the author's policy, and its output is stored", async () => {
  await world.publish({
    workflow: "failing-call",
    steps: [
      {
        id: "call",
        type: "action.call",
        action: "http.request@1",
        input: { method: "POST", url: { $expr: 'payload.url & "/fail/503"' }, body: { a: 1 } },
        retry: { maxAttempts: 3, backoffMs: 20 },
      },
    ],
  });
  const runId = await world.start("failing-call", { url: endpoint.url });
  const run = await world.ended(runId);
  expect(run.status).toBe("FAILED");
  expect(run.error).toMatchObject({
    category: "TransientError",
    code: "HTTP_503",
    stepId: "call",
    nodePath: "root.steps[0]",
    attempt: 3,
  });
  const calls = endpoint.calls.filter(({ path }) => path === "/fail/503");
  expect(calls).toHaveLength(3);
  expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
  expect((await world.steps(runId)).map(({ attempt, status }) => [attempt, status])).toEqual([[3, "FAILED"]]);
  await world.expectSound(runId);
});

test("[INT-11] [ACT-15] an error is caught with its structure, and a policy of continue goes on", async () => {
  await world.publish({
    workflow: "catching",
    steps: [
      {
        id: "guard",
        type: "control.tryCatch",
        captureErrorAs: "failure",
        try: [
          {
            id: "bad",
            type: "action.call",
            action: "http.request@1",
            input: { method: "GET", url: { $expr: 'payload.url & "/fail/418"' } },
          },
        ],
        catch: [{ id: "keep", type: "transform.assign", assign: { "vars.seen": { $expr: "error.code" } } }],
      },
      {
        id: "tolerated",
        type: "action.call",
        action: "http.request@1",
        input: { method: "GET", url: { $expr: 'payload.url & "/fail/404"' } },
        onError: { policy: "continue", captureErrorAs: "soft" },
      },
      {
        id: "done",
        type: "control.return",
        output: {
          seen: { $expr: "vars.seen" },
          same: { $expr: "vars.failure.code" },
          soft: { $expr: "vars.soft.code" },
        },
      },
    ],
  });
  const runId = await world.start("catching", { url: endpoint.url });
  const run = await world.ended(runId);
  expect(run.output).toEqual({ seen: "HTTP_418", same: "HTTP_418", soft: "HTTP_404" });
  expect(await world.trace(runId)).toEqual([
    "guard SUCCEEDED",
    "bad FAILED",
    "keep SUCCEEDED",
    "tolerated FAILED",
    "done SUCCEEDED",
  ]);
  await world.expectSound(runId);
});

test("[WAI-01] [WAI-02] [WAI-03] [WAI-04] a time wait is a timer, and one that is due already leaves a resolved row", async () => {
  await world.publish({
    workflow: "sleeping",
    steps: [
      { id: "past", type: "time.wait", until: { $expr: '"2020-01-01T00:00:00.000Z"' } },
      { id: "nap", type: "time.wait", durationMs: 300 },
      { id: "done", type: "control.return", output: { $expr: "vars.timeWait" } },
    ],
  });
  const runId = await world.start("sleeping");
  const run = await world.ended(runId);
  expect(run.output).toMatchObject({ skipped: false });
  const waits = await world.waits(runId);
  expect(waits.map(({ waitType, status }) => [waitType, status])).toEqual([
    ["time", "RESOLVED"],
    ["time", "RESOLVED"],
  ]);
  expect(waits[1]?.timeoutAt).toBeTruthy();
  await world.expectSound(runId);
});

test("[WAI-05] [WAI-06] [WAI-09] [WAI-10] [ING-10] an event of name and key resumes the run, another does not", async () => {
  await world.publish({
    workflow: "waiting",
    steps: [
      {
        id: "paid",
        type: "event.wait",
        event: "payment.received",
        correlationKey: { $expr: "payload.order" },
        filters: [{ path: "amount", op: ">=", value: 10 }],
        timeoutMs: 30_000,
        saveAs: "payment",
      },
      {
        id: "done",
        type: "control.return",
        output: {
          amount: { $expr: "vars.payment.amount" },
          name: { $expr: "vars.eventName" },
          by: { $expr: "vars.event.correlationKey" },
        },
      },
    ],
  });
  const runId = await world.start("waiting", { order: "o-1" });
  await world.waiting(runId);
  await world.event({ name: "payment.received", correlationKey: "o-2", payload: { amount: 50 } });
  await world.event({ name: "payment.received", correlationKey: "o-1", payload: { amount: 5 } });
  await world.event({ name: "payment.received", correlationKey: "o-1", payload: { amount: 12 } });
  const run = await world.ended(runId);
  expect(run.output).toEqual({ amount: 12, name: "payment.received", by: "o-1" });
  const [wait] = await world.waits(runId);
  expect(wait).toMatchObject({ waitType: "event", status: "RESOLVED", eventName: "payment.received", key: "o-1" });
  await world.expectSound(runId);
});

test("[MBX-01] an event that came before its wait is consumed by it, and a loop that waits twice takes two", async () => {
  await world.publish({
    workflow: "two-scans",
    steps: [
      {
        id: "loop",
        type: "control.forEach",
        items: [1, 2],
        body: [
          {
            id: "scan",
            type: "event.wait",
            event: "parcel.scanned",
            correlationKey: { $expr: "payload.parcel" },
            timeoutMs: 30_000,
            saveAs: "s",
          },
        ],
        collect: { value: { $expr: "vars.s.at" }, saveAs: "scans" },
      },
      { id: "done", type: "control.return", output: { $expr: "vars.scans" } },
    ],
  });
  for (const at of ["dock", "belt", "van"])
    await world.event({ name: "parcel.scanned", correlationKey: "p-1", payload: { at } });
  const runId = await world.start("two-scans", { parcel: "p-1" });
  expect((await world.ended(runId)).output).toEqual(["dock", "belt"]);
  await world.expectSound(runId);
});

test("[WAI-08] a wait without its event ends in a TimeoutError that is catchable", async () => {
  await world.publish({
    workflow: "timing-out",
    steps: [
      {
        id: "guard",
        type: "control.tryCatch",
        try: [{ id: "never", type: "event.wait", event: "never.comes", correlationKey: "k", timeoutMs: 200 }],
        catch: [{ id: "out", type: "control.return", output: { $expr: "error.category" } }],
      },
    ],
  });
  const runId = await world.start("timing-out");
  expect((await world.ended(runId)).output).toBe("TimeoutError");
  expect((await world.waits(runId)).map(({ status }) => status)).toEqual(["RESOLVED"]);
  await world.expectSound(runId);
});

test("[LNX-01] of three branches one fails: the others are cancelled, and the enclosing catch has the error", async () => {
  await world.publish({
    workflow: "branches",
    steps: [
      {
        id: "guard",
        type: "control.tryCatch",
        try: [
          {
            id: "both",
            type: "control.parallel",
            branches: [
              { id: "slow", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] },
              { id: "waits", steps: [{ id: "never", type: "event.wait", event: "never.comes", correlationKey: "k2" }] },
              {
                id: "fails",
                steps: [
                  {
                    id: "bad",
                    type: "action.call",
                    action: "http.request@1",
                    input: { method: "GET", url: { $expr: 'payload.url & "/fail/400"' } },
                  },
                ],
              },
            ],
          },
        ],
        catch: [{ id: "out", type: "control.return", output: { $expr: "error.code" } }],
      },
    ],
  });
  const runId = await world.start("branches", { url: endpoint.url });
  const run = await world.ended(runId);
  expect(run.output).toBe("HTTP_400");
  expect(await world.trace(runId)).toEqual([
    "guard SUCCEEDED",
    "both FAILED",
    "nap CANCELED",
    "never CANCELED",
    "bad FAILED",
    "out SUCCEEDED",
  ]);
  expect((await world.waits(runId)).map(({ status }) => status)).toEqual(["CANCELED", "CANCELED"]);
  await world.expectSound(runId);
});

test("[RUN-04] [RUN-06] [INT-18] a cancel leaves step, wait and run CANCELED", async () => {
  await world.publish({ workflow: "cancelled", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] });
  const runId = await world.start("cancelled");
  await world.waiting(runId);
  await world.cancel(runId);
  const run = await world.ended(runId);
  expect(run.status).toBe("CANCELED");
  expect(run.cancelRequestedAt).toBeTruthy();
  expect(await world.trace(runId)).toEqual(["nap CANCELED"]);
  expect((await world.waits(runId)).map(({ status, resolvedAt }) => [status, resolvedAt !== null])).toEqual([
    ["CANCELED", true],
  ]);
  expect((await world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`).describe()).status.name).toBe(
    "CANCELLED",
  );
  await world.expectSound(runId);
});

test("large values travel by reference and are whole in the run", async () => {
  await world.publish({
    workflow: "large",
    steps: [
      {
        id: "say",
        type: "action.call",
        action: "log.write@1",
        input: { message: "large", data: { $expr: "payload.text" } },
      },
      {
        id: "post",
        type: "action.call",
        action: "http.request@1",
        input: { method: "POST", url: { $expr: 'payload.url & "/echo"' }, body: { text: { $expr: "payload.text" } } },
        saveAs: "reply",
      },
      {
        id: "done",
        type: "control.return",
        output: { length: { $expr: "$length(payload.text)" }, status: { $expr: "vars.reply.status" } },
      },
    ],
  });
  const runId = await world.start("large", { url: endpoint.url, text: "x".repeat(100_000) });
  expect((await world.ended(runId)).output).toEqual({ length: 100_000, status: 200 });
  const history = await world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`).fetchHistory();
  expect(JSON.stringify(history).length).toBeLessThan(60_000);
  await world.expectSound(runId);
});
