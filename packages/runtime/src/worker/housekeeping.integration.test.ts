import { getRun, updateTenant } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newWorld, type World } from "../testing/world.ts";
import { housekeepOnce } from "./housekeeping.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
  await world.publish({ workflow: "quick", steps: [{ id: "done", type: "control.return", output: 1 }] });
});
afterAll(() => world?.close());

test("an ended run past its tenant's retention goes, a younger one stays", async () => {
  const [old, young] = [await world.start("quick"), await world.start("quick")];
  await world.ended(old);
  await world.ended(young);
  const warned: string[] = [];
  const log = { info: () => undefined, warn: (_: object, message: string) => void warned.push(message) };
  const round = () => housekeepOnce({ store: world.store, client: world.client }, log);
  const has = async (id: string): Promise<boolean> =>
    (await world.store.tenant(world.tenantId, (db) => getRun(db, id))) !== undefined;
  expect(await round()).toBe(false);
  expect([await has(old), await has(young)]).toEqual([true, true]);
  await world.store.platform((db) => updateTenant(db, world.tenantId, { retentionDays: 10 }));
  await asOwner(world.database, "update workflow_runs set completed_at = now() - interval '11 days' where id = $1", [
    old,
  ]);
  expect(await round()).toBe(false);
  expect([await has(old), await has(young)]).toEqual([false, true]);
  expect(warned).toEqual([]);
});

test("a run that cannot be removed keeps no other from going, and of two workers that are at it neither complains of what the other has done", async () => {
  const runs = await Promise.all(Array.from({ length: 8 }, () => world.start("quick")));
  for (const id of runs) await world.ended(id);
  await world.store.platform((db) => updateTenant(db, world.tenantId, { retentionDays: 10 }));
  // The oldest, so that it stands in front of the others.
  const stuck = runs[0] as string;
  for (const [n, id] of runs.entries())
    await asOwner(
      world.database,
      "update workflow_runs set completed_at = now() - $2 * interval '1 day' where id = $1",
      [id, 40 - n],
    );
  await asOwner(
    world.database,
    "create table holds (tenant_id uuid, run_id uuid, foreign key (tenant_id, run_id) references workflow_runs)",
  );
  await asOwner(world.database, "insert into holds values ($1, $2)", [world.tenantId, stuck]);
  const warned: unknown[] = [];
  const log = { info: () => undefined, warn: (about: object) => void warned.push(about) };
  const round = () => housekeepOnce({ store: world.store, client: world.client }, log);
  await Promise.all([round(), round(), round()]);
  const left = await world.store.tenant(world.tenantId, async (db) => Promise.all(runs.map((id) => getRun(db, id))));
  expect(left.flatMap((run) => run?.id ?? [])).toEqual([stuck]);
  expect(warned).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ runId: stuck })));
});
