import { readFile } from "node:fs/promises";
import { currentWaitQuery, workflowIdOf } from "@mainspring/core";
import { listDecisions, listRuns } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WorkerChild } from "../testing/worker-child.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { businessDaysLater } from "./business-days.ts";
import { curbsidePickup } from "./curbside-pickup.ts";
import { evCharging } from "./ev-charging.ts";
import { issueLifecycle } from "./issue-lifecycle.ts";
import { kitchenSink } from "./kitchen-sink.ts";
import { moneyTransfer } from "./money-transfer.ts";
import { openOutside, type Outside } from "./outside.ts";
import { pauseAndApprove } from "./pause-and-approve.ts";
import { taskWithReminders } from "./task-with-reminders.ts";
import { ticketToResolution } from "./ticket-to-resolution.ts";
import type { Variant } from "./variant.ts";

const variants: readonly Variant[] = [
  ...moneyTransfer,
  ...evCharging,
  ...issueLifecycle,
  ...taskWithReminders,
  ...curbsidePickup,
  ...kitchenSink,
  ...pauseAndApprove,
  ...ticketToResolution,
];
const usualMs = 120_000;
const testMs = 60_000 + Math.max(usualMs, ...variants.map(({ withinMs = 0 }) => withinMs));
const seed = Number(process.env["MAINSPRING_SEED"] ?? Date.now() % 1_000_000);

/** For one variant of each example, after which of its effects the worker is killed. */
const fatalEffects = new Map<Variant, number>();
for (const workflow of new Set(variants.map((variant) => variant.workflow))) {
  const deadly = variants.filter((variant) => variant.workflow === workflow && variant.effects.length > 0);
  const chosen = deadly[seed % deadly.length] as Variant;
  fatalEffects.set(chosen, 1 + (seed % chosen.effects.length));
}

let world: World;
let outside: Outside;
beforeAll(async () => {
  world = await newWorld();
  outside = await openOutside();
  for (const { workflow, calls = [] } of new Map(variants.map((variant) => [variant.workflow, variant])).values())
    for (const key of [...calls, workflow])
      await world.publish(
        await readFile(new URL(`../../../../examples/${workflow}/${key}.flow.yaml`, import.meta.url), "utf8"),
      );
});
afterAll(async () => {
  await world?.close();
  await outside?.close();
});

/** From the start to what is left of it, all compared with what the variant says. @returns the run's id */
async function expectAsSaid(variant: Variant, run: string): Promise<string> {
  const { polls } = variant;
  const known = Promise.withResolvers<string>();
  // A try that is lost with its worker is made again, and is no further turn.
  const turnOf = async (): Promise<number> => {
    const steps = await world.steps(await known.promise);
    return Math.max(...steps.filter(({ stepId }) => stepId === polls).map(({ iteration }) => iteration[0] ?? 0));
  };
  outside.answer(run, variant.answers, polls === undefined ? undefined : turnOf);
  const runId = await started(variant, run);
  known.resolve(runId);
  await variant.play?.({
    world,
    outside,
    run,
    runId,
    waits: async (place) =>
      void (await until(
        `${place} of ${run} waits`,
        async () => {
          const [stepId, turn] = place.split("[");
          const step = (await world.steps(runId)).find(
            (one) => one.stepId === stepId && (turn === undefined || `${one.iteration.join()}]` === turn),
          );
          if (step?.status !== "WAITING") return undefined;
          // A row is there before the task that wrote it is complete; until then the run may still go another way.
          const wait: { readonly waits: readonly { readonly stepPath: string }[] } | null = await world.client.workflow
            .getHandle(workflowIdOf(runId))
            .query(currentWaitQuery);
          return wait?.waits.some(({ stepPath }) => stepPath === step.stepPath) === true ? true : undefined;
        },
        { withinMs: 60_000 },
      )),
    event: async (name, payload) => void (await world.event({ name, correlationKey: run, payload })),
    async answer(stepId, answer) {
      const taskId = await openTask(runId, stepId);
      // A worker that is being killed answers nobody; a person sends it again.
      await until(`${stepId} of ${run} is answered`, async () => (await world.answer(taskId, answer)).status, {
        withinMs: 60_000,
        everyMs: 200,
      });
    },
    async refused(stepId, answer, pointers) {
      const taskId = await openTask(runId, stepId);
      const refusal = await until(
        `an answer to ${stepId} of ${run} is refused`,
        () =>
          world.answer(taskId, answer).then(
            () => undefined,
            (error: unknown) => ((error as { readonly code?: string }).code === "ANSWER_INVALID" ? error : undefined),
          ),
        { withinMs: 60_000, everyMs: 200 },
      );
      const { issues } = (refusal as { readonly details: { readonly issues: { readonly pointer: string }[] } }).details;
      expect(issues.map(({ pointer }) => pointer).toSorted()).toEqual(pointers.toSorted());
    },
    async expectBusinessWait(stepId, days) {
      // Computed by the calendar when the wait opened, which a busy machine may do a moment after the step began.
      const step = (await world.steps(runId)).find((one) => one.stepId === stepId);
      const timeoutAt = await until(
        `the wait of ${run} has its end`,
        async () => (await world.waits(runId)).find(({ status }) => status === "WAITING")?.timeoutAt ?? undefined,
      );
      const lateMs = Date.parse(timeoutAt) - Date.parse(businessDaysLater(step?.startedAt ?? "", days));
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(30_000);
    },
  });
  const ended = await world.ended(runId, variant.withinMs ?? usualMs);
  const named = <Of>(value: Of): Of =>
    value === undefined ? value : (JSON.parse(JSON.stringify(value).replaceAll("{run}", run)) as Of);
  const error = ended.error as { readonly code?: string } | null;
  const inOrder = (effects: readonly string[]): readonly string[] =>
    variant.inAnyOrder === true ? effects.toSorted() : effects;
  const effects = outside
    .effects(run)
    .filter((effect) => variant.notices?.test(effect) !== true && effect !== variant.mayBeLeftOut);
  expect({
    status: ended.status,
    state: ended.state,
    error: error?.code,
    trace: (await world.trace(runId)).toSorted(),
    effects: inOrder(effects),
    children: await childrenOf(runId),
  }).toEqual({
    status: variant.status,
    state: variant.state,
    error: variant.error,
    trace: variant.trace.toSorted(),
    effects: inOrder(named(variant.effects).filter((effect) => effect !== variant.mayBeLeftOut)),
    children: variant.children ?? [],
  });
  if (variant.outputs === undefined) expect(ended.output ?? undefined).toEqual(named(variant.output));
  else expect(ended.output).toMatchObject(named(variant.outputs));
  if (variant.keys !== undefined) {
    const keys = new Set(outside.calls(run).map(({ key }) => key));
    expect(keys.size).toBe(variant.keys.length);
  }
  if (variant.atOnceMax !== undefined)
    expect(outside.atOnce(run, variant.atOnceMax.path)).toBeLessThanOrEqual(variant.atOnceMax.count);
  await world.expectSound(runId);
  return runId;
}

/** By its event where it has one, which starts it through its trigger, with the payload that somebody would have started it with. */
async function started(variant: Variant, run: string): Promise<string> {
  const payload = variant.payload(outside.baseUrl(run), run);
  const by = variant.startedBy?.(outside.baseUrl(run), run);
  if (by === undefined) return world.start(variant.workflow, payload);
  const eventId = await world.event({ name: by.name, payload: by.payload, correlationKey: run });
  const fired = await until(
    `${by.name} of ${run} starts a run`,
    async () => {
      const { items } = await world.store.tenant(world.tenantId, (db) => listDecisions(db, { eventId }, {}));
      return items.length === 0 ? undefined : items;
    },
    { withinMs: 60_000, everyMs: 200 },
  );
  expect(fired.map(({ outcome, workflow, triggerId }) => [outcome, workflow, triggerId])).toEqual([
    ["fired", variant.workflow, by.trigger],
  ]);
  const runId = fired[0]?.runId ?? "";
  expect((await world.run(runId)).input).toEqual(payload);
  return runId;
}

/** The id of the step's task, once it is open. */
function openTask(runId: string, stepId: string): Promise<string> {
  return until(
    `${stepId} of ${runId} asks`,
    async () => (await world.tasks(runId)).find((task) => task.stepId === stepId && task.status === "OPEN")?.id,
    { withinMs: 60_000 },
  );
}

/** Runs that a run called, as `workflow STATUS`, sorted; a child ends with its parent or before it. */
async function childrenOf(runId: string): Promise<string[]> {
  const { items } = await world.store.tenant(world.tenantId, (db) =>
    listRuns(db, { parentRunId: runId }, { limit: 50 }),
  );
  const ended = await Promise.all(items.map(({ id }) => world.ended(id)));
  for (const child of ended) expect([child.parentRunId, child.rootRunId]).toEqual([runId, runId]);
  return ended.map(({ workflowKey, status }) => `${workflowKey} ${status}`).toSorted();
}

// All variants of a way at once, as runs of one worker.
describe("plain", () => {
  beforeAll(async () => void (await world.startWorker()));
  afterAll(() => world.stopWorkers());
  test.concurrent.each(variants.map((variant, n) => [variant.title, variant, n] as const))(
    "%s",
    async (_, variant, n) => {
      await expectAsSaid(variant, `plain-${n}`);
    },
    testMs,
  );
});

describe("continued as new every few steps", () => {
  beforeAll(async () => void (await world.startWorker({ bounds: { remoteSteps: 2, steps: 5 } })));
  afterAll(() => world.stopWorkers());
  test.concurrent.each(variants.map((variant, n) => [variant.title, variant, n] as const))(
    "%s",
    async (_, variant, n) => {
      const runId = await expectAsSaid(variant, `chain-${n}`);
      if (variant.effects.length > 1) expect((await world.executionLengths(runId)).length).toBeGreaterThan(1);
    },
    testMs,
  );
});

describe(`killed at a moment of chance, seed ${seed}`, () => {
  let worker: WorkerChild;
  let struck: Promise<void> = Promise.resolve();
  let lastAt: Date | undefined;
  const fell: string[] = [];
  // One after the other, and not before what the last one interrupted has ended: a call that five workers in a row were lost with is given up.
  const strikes = (where: string): Promise<void> => {
    struck = struck.then(async () => {
      await interruptedHaveEnded();
      fell.push(where);
      lastAt = new Date();
      await worker.kill();
      await worker.start();
    });
    return struck;
  };
  const interruptedHaveEnded = async (): Promise<void> => {
    if (lastAt === undefined) return;
    const text = "select 1 from workflow_action_invocations where status = 'STARTED' and started_at < $1 limit 1";
    const ended = async (): Promise<true | undefined> =>
      (await asOwner(world.database, text, [lastAt])).length === 0 || undefined;
    // The ones whose answers wait for their own kill do not end before it.
    await until("what the last kill interrupted has ended", ended, { withinMs: 5_000, everyMs: 100 }).catch(
      () => undefined,
    );
  };
  beforeAll(async () => {
    // A busy machine is not to be taken for one kill more.
    worker = new WorkerChild(world, { MAINSPRING_BOUNDS: JSON.stringify({ heartbeatTimeoutMs: 4_000 }) });
    await worker.start();
  });
  afterAll(async () => {
    await worker.stop();
    process.stdout.write(`acceptance, seed ${seed}, killed between effect and answer:\n  ${fell.join("\n  ")}\n`);
  });
  test.concurrent.each(variants.map((variant, n) => [variant.title, variant, n] as const))(
    "%s",
    async (_, variant, n) => {
      const run = `killed-${n}`;
      // Each example has one variant that takes the worker with it; the others go on beside it.
      const fatal = fatalEffects.get(variant);
      let strike: Promise<void> | undefined;
      if (fatal !== undefined)
        outside.onEffect(run, async (number) => {
          if (number !== fatal) return;
          strike = strikes(`effect ${fatal} of "${variant.title}"`);
          await strike;
        });
      await expectAsSaid(variant, run);
      // Another's kill may have let it end before its own falls.
      await strike;
      if (fatal !== undefined) expect(fell.join()).toContain(variant.title);
    },
    testMs,
  );
});
