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
