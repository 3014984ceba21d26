import { afterAll, beforeAll, expect, test } from "vitest";
import { newWorld, type World } from "../testing/world.ts";
import { stateAt } from "./state-at.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
});
afterAll(() => world?.close());

test("[TTR-01] the state of any past moment of a run is recomputed from its recorded inputs", async () => {
  await world.publish({
    workflow: "past",
    steps: [
      { id: "a", type: "transform.assign", assign: { "vars.n": 1 } },
      { id: "large", type: "action.call", action: "log.write@1", input: { message: { $expr: "payload.text" } } },
      { id: "wait", type: "event.wait", event: "past.go", correlationKey: "k", timeoutMs: 30_000, saveAs: "came" },
      { id: "b", type: "transform.assign", assign: { "vars.n": { $expr: "vars.n + vars.came.more" } } },
      { id: "done", type: "control.return", output: { $expr: "vars.n" } },
    ],
  });
  const runId = await world.start("past", { text: "x".repeat(3_000) });
  await world.waiting(runId);
  await world.event({ name: "past.go", correlationKey: "k", payload: { more: 41, filler: "y".repeat(3_000) } });
  expect((await world.ended(runId)).output).toBe(42);
  const journal = await world.journal(runId);
  const waiting = journal.find((entry) => entry.kind === "wait" && entry.status === "WAITING");
  const then = await stateAt(world.store, { tenantId: world.tenantId, runId, seq: waiting?.seq ?? 0 });
  expect([then.status, then.vars["n"], then.open.map(({ command }) => command.kind).sort()]).toEqual([
    "WAITING",
    1,
    ["openWait", "startTimer"],
  ]);
  const last = await stateAt(world.store, { tenantId: world.tenantId, runId });
  expect([last.status, last.vars["n"], last.outcome?.status]).toEqual(["SUCCEEDED", 42, "succeeded"]);
  await expect(
    stateAt(world.store, { tenantId: world.tenantId, runId: "01a21672-4b9c-7741-9758-a6155c90a633" }),
  ).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
});
