import { queueRefusal, taskQueue } from "@mainspring/core";
import { expect, test } from "vitest";
import { registerPack, startPackWorker } from "../packs.ts";
import { assertMayPoll, ownershipSelfTest } from "./ownership.ts";

test("[TST-22] the self-test at a worker's start passes, and fails with a guard that lets others in or shuts its worker out", () => {
  expect(() => ownershipSelfTest()).not.toThrow();
  expect(() => ownershipSelfTest(() => undefined)).toThrow(/self-test of queue ownership failed.*was let poll/);
  expect(() => ownershipSelfTest(() => "never")).toThrow(/authored-workflow worker was not let poll/);
  expect(() =>
    ownershipSelfTest((kind, queues) => (kind === "other" ? undefined : queueRefusal(kind, queues))),
  ).toThrow(/other worker was let poll workflow-runtime-v2/);
});

test("[OWN-02] a worker with another queue list is refused before it polls", () => {
  expect(() => assertMayPoll("authored-workflow", [taskQueue])).not.toThrow();
  expect(() => assertMayPoll("authored-workflow", [taskQueue, "other"])).toThrow(/alone/);
  expect(() => assertMayPoll("other", [taskQueue])).toThrow(/belongs to the authored-workflow worker/);
});

const activities = { "crm.find@1": async () => ({}) };

test("[OWN-02] a pack that names the authored queue is refused at registration, and so is a pack worker that is given it all the same", async () => {
  expect(() => registerPack({ name: "crm", queue: taskQueue, activities })).toThrow(/The pack crm is refused/);
  expect(registerPack({ name: "crm", activities }).queue).toBe("mainspring-actions:crm");
  const nowhere = { address: "127.0.0.1:1", namespace: "none" };
  await expect(
    startPackWorker({ temporal: nowhere, packs: [{ name: "crm", queue: taskQueue, activities }] }),
  ).rejects.toThrow(/belongs to the authored-workflow worker/);
});

test("a pack has a name that its actions bear", () => {
  expect(() => registerPack({ name: "Crm", activities: {} })).toThrow(/cannot be called/);
  expect(() => registerPack({ name: "erp", activities })).toThrow(/crm\.find@1 is no action of the pack erp/);
});
