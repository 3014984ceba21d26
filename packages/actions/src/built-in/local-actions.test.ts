import { expect, test } from "vitest";
import type { LogEntry } from "../context.ts";
import { subsetSchema } from "../json-schema.ts";
import { schemaIssues } from "../testing/schema-issues.ts";
import { failureOf, performCall } from "../testing/perform-call.ts";
import { logWrite } from "./log-write.ts";
import { randomUuid } from "./random-uuid.ts";
import { timeNow } from "./time-now.ts";

test.each([
  [logWrite, { message: "hello" }],
  [randomUuid, {}],
  [timeNow, {}],
])("$id gives an output that fits its schema", async (action, input) => {
  const { output, adjusted } = await performCall(action, input);
  expect(schemaIssues(subsetSchema(action.output, "output"), output)).toEqual([]);
  expect(adjusted).toBeUndefined();
});

test.each([
  [logWrite, {}, "/message"],
  [logWrite, { message: "a", level: "loud" }, "/level"],
  [randomUuid, { seed: 1 }, "/seed"],
  [timeNow, { zone: "UTC" }, "/zone"],
])("$id refuses an input that does not fit, and names the place", async (action, input, pointer) => {
  const failure = await failureOf(performCall(action, input));
  expect(failure).toMatchObject({
    category: "ValidationError",
    code: "ACTION_INPUT_INVALID",
    details: { issues: [{ pointer }] },
  });
});

test.each([
  [logWrite, { message: "hello" }],
  [randomUuid, {}],
  [timeNow, {}],
])(
  "$id ends as a Cancellation when it was cancelled, and as ACTION_TIMEOUT when its time is over",
  async (action, input) => {
    expect(await failureOf(performCall(action, input, { signal: AbortSignal.abort() }))).toMatchObject({
      category: "Cancellation",
    });
    expect(await failureOf(performCall(action, input, { timeoutMs: 0 }))).toMatchObject({ code: "ACTION_TIMEOUT" });
  },
);

test("log.write@1 writes level, message and data, informational unless it says otherwise", async () => {
  const written: LogEntry[] = [];
  const log = (entry: LogEntry) => written.push(entry);
  await performCall(logWrite, { message: "hello" }, { log });
  await performCall(logWrite, { level: "warn", message: "low stock", data: { sku: "a-1", left: 2 } }, { log });
  expect(written).toEqual([
    { level: "info", message: "hello" },
    { level: "warn", message: "low stock", data: { sku: "a-1", left: 2 } },
  ]);
});

test("random.uuid@1 gives another UUID each time it runs, under the same key too", async () => {
  const uuids = await Promise.all(
    [1, 2, 3].map(async () => ((await performCall(randomUuid, {})).output as { uuid: string }).uuid),
  );
  expect(new Set(uuids).size).toBe(3);
  for (const uuid of uuids)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("time.now@1 gives the time that the engine set for the call, and the machine's where it set none", async () => {
  const now = "2031-03-30T00:30:00.000Z";
  expect((await performCall(timeNow, {}, { now })).output).toEqual({ now });
  const before = Date.now();
  const own = Date.parse(((await performCall(timeNow, {})).output as { now: string }).now);
  expect(own).toBeGreaterThanOrEqual(before);
  expect(own).toBeLessThanOrEqual(Date.now());
});
