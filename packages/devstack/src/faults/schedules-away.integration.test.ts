import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "@mainspring/core";
import { createScheduleClient } from "@mainspring/runtime/client";
import { newWorld, until } from "@mainspring/runtime/testing";
import { asOwner } from "@mainspring/store/testing";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../ports.ts";
import { lineProgress } from "../progress.ts";
import { createSupervisor } from "../supervisor.ts";
import { findTemporal } from "../temporal/program.ts";
import { localTemporal } from "../temporal/temporal.ts";

const everyMs = 12_000;
const catchUpWindowMs = 10_000;

interface Decision {
  readonly outcome: string;
  readonly nominal_at: Date;
  readonly run_id: string | null;
  readonly values: Json;
}

// The worked case has ten minutes where this has twelve seconds, and an hour where this has forty.
test("[CAS-01] [CASE-30] [SCX-01] [WHY-02] Temporal away: one run is caught up with, and each time that was missed says so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-away-test-"));
  chmodSync(folder, 0o755);
  const supervisor = createSupervisor();
  onTestFinished(async () => {
    await supervisor.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const program = await findTemporal(
    process.env,
    lineProgress(() => {}),
  );
  const { service, address } = localTemporal({ program, folder, port: await freePort() });
  await supervisor.start(service);
  process.env["MAINSPRING_TEST_TEMPORAL_ADDRESS"] = address;
  const world = await newWorld();
  onTestFinished(() => world.close());
  const schedules = createScheduleClient({ store: world.store, address, namespace: world.namespace });
  onTestFinished(() => schedules.close());
  await world.publish({ workflow: "ends", steps: [{ id: "done", type: "control.return", output: 1 }] });
  await world.publish({
    workflow: "stays",
    steps: [{ id: "go", type: "event.wait", event: "go", correlationKey: "k" }],
  });
  await world.startWorker({ waits: { scheduleOlderThanMs: 2_000 } });
  const create = (workflow: string) =>
    schedules.create({
      tenantId: world.tenantId,
      by: "test",
      workflow,
      spec: { everyMs },
      catchUpWindowMs,
      overlap: "skip",
    });
  const [ends, stays] = [await create("ends"), await create("stays")];
  const decisions = async (id: string): Promise<readonly Decision[]> =>
    (await asOwner(
      world.database,
      'select outcome, nominal_at, run_id, "values" from workflow_trigger_decisions where schedule_id = $1 order by nominal_at',
      [id],
    )) as readonly Decision[];
  const firstMs = await until(
    "both have fired once",
    async () => {
      const [[a], [b]] = [await decisions(ends.id), await decisions(stays.id)];
      return a !== undefined && b !== undefined && a.nominal_at.getTime() === b.nominal_at.getTime()
        ? a.nominal_at.getTime()
        : undefined;
    },
    { withinMs: 60_000 },
  );

  const pid = supervisor.pids().temporal ?? 0;
  process.kill(pid, "SIGSTOP");
  onTestFinished(() => {
    try {
      process.kill(pid, "SIGCONT");
    } catch {
      // It has ended.
    }
  });
  await until(
    "the clock has gone past three times",
    () => Promise.resolve(Date.now() > firstMs + 3 * everyMs + 3_000 ? true : undefined),
    { withinMs: 90_000 },
  );
  process.kill(pid, "SIGCONT");

  const told = await until(
    "each time up to the fourth is decided",
    async () => {
      const all = (await decisions(ends.id)).filter(({ nominal_at }) => nominal_at.getTime() <= firstMs + 4 * everyMs);
      return all.length === 5 ? all : undefined;
    },
    { withinMs: 90_000 },
  );
  expect(told.map(({ nominal_at, outcome }) => [(nominal_at.getTime() - firstMs) / everyMs, outcome])).toEqual([
    [0, "fired"],
    [1, "missed-catchup"],
    [2, "missed-catchup"],
    [3, "fired"],
    [4, "fired"],
  ]);
  const inTheWay = (await decisions(stays.id))[0]?.run_id;
  const skipped = (await decisions(stays.id)).filter(({ outcome }) => outcome === "overlap-skipped");
  expect(skipped.length).toBeGreaterThanOrEqual(1);
  for (const { run_id, values } of skipped) {
    expect(run_id).toBeNull();
    expect(values).toEqual({ runId: inTheWay, nominalAt: new Date(firstMs).toISOString() });
  }
});
