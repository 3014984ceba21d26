import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { journalOf, writeProvisional } from "./journal.ts";
import { getRun, runInput } from "./runs.ts";
import type { RunRow } from "./runs.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { acceptedRun, testTenant } from "./testing/test-tenant.ts";
import type { TestTenant } from "./testing/test-tenant.ts";

let database: ClonedDatabase;
let tenant: TestTenant;
beforeAll(async () => {
  database = await clonedDatabase();
  tenant = await testTenant(database.store);
});
afterAll(() => database.drop());

const at = "2031-03-30T00:30:00.000Z";
async function run(id: string): Promise<RunRow> {
  const row = await tenant.run((db) => getRun(db, id));
  if (row === undefined) throw new Error("no such run");
  return row;
}

test("values come back as they were stored: numbers, the order of keys, long ones, and ones that look like our references", async () => {
  const values: Json[] = [
    { z: 1, a: 2, "10": 3 },
    [1e21, 0.1, 5e-324, 1.7976931348623157e308, 9007199254740991, 1e-7],
    -0,
    '日本 \u2028 \ud83d\ude00 \\ "',
    { $stored: "x".repeat(64), bytes: 3 },
    { $blob: "x", bytes: 1 },
    { long: "ä".repeat(20_000), list: Array.from({ length: 3000 }, (_, i) => ({ i })) },
    null,
    false,
    "",
    [],
  ];
  for (const input of values) {
    const id = await acceptedRun(tenant, { input });
    const stored = await tenant.run((db) => runInput(db, id));
    expect(JSON.stringify(stored)).toBe(JSON.stringify(input));
    expect(JSON.stringify((await run(id)).input)).toBe(JSON.stringify(input));
    const entry = { seq: 1, at, kind: "state", data: input } as const;
    await tenant.run((db) =>
      writeProvisional(db, {
        runId: id,
        fence: { epoch: 1, ordinal: 1, historyLength: 5 },
        nextSeq: 2,
        entries: [entry],
      }),
    );
    expect(JSON.stringify(await tenant.run((db) => journalOf(db, id)))).toBe(JSON.stringify([entry]));
    expect(JSON.stringify((await run(id)).state)).toBe(JSON.stringify(input));
  }
  const { rows } = await tenant.run((db) =>
    sql<{ longest: number }>`select max(length(input_json::text)) as longest from workflow_runs`.execute(db),
  );
  expect(rows[0]?.longest).toBeLessThan(33_000);
});
