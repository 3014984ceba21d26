import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../ports.ts";
import { lineProgress } from "../progress.ts";
import { createSupervisor } from "../supervisor.ts";
import { waitUntil } from "../wait-until.ts";
import { answersAsTemporal } from "./probe.ts";
import { findTemporal } from "./program.ts";
import { localTemporal } from "./temporal.ts";

test("the local server answers for its namespace alone, and goes on with its file after SIGKILL", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-temporal-test-"));
  chmodSync(folder, 0o755);
  const supervisor = createSupervisor();
  onTestFinished(async () => {
    await supervisor.stop();
    rmSync(folder, { recursive: true });
  });
  const program = await findTemporal(
    process.env,
    lineProgress(() => {}),
  );
  const { service, address } = localTemporal({ program, folder, port: await freePort() });
  await supervisor.start(service);
  expect(await answersAsTemporal(address, "default")).toBe(true);
  expect(await answersAsTemporal(address, "another")).toBe(false);
  expect(existsSync(join(folder, "temporal.db"))).toBe(true);

  const before = supervisor.pids().temporal ?? 0;
  process.kill(before, "SIGKILL");
  expect(await waitUntil(() => supervisor.pids().temporal !== before, { deadlineMs: 10_000 })).toBe(true);
  expect(await waitUntil(service.isReady, { deadlineMs: 30_000 })).toBe(true);
});

test("nobody at an address is no server", async () => {
  expect(await answersAsTemporal("127.0.0.1:1", "default")).toBe(false);
});
