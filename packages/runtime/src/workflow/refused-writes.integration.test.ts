import { randomInt } from "node:crypto";
import { defineAction } from "@mainspring/actions";
import { deliveriesOf, invocationsOf, listRuns } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { refusingDatabase, type RefusingDatabase } from "../testing/refusing-database.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let endpoint: CountingEndpoint;
let database: RefusingDatabase;
let effects = 0;

const empty = z.strictObject({});
const takes = z.strictObject({ ms: z.number() });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Local: its end falls into a time in which the database refuses. */
const lastsInto = defineAction({
  name: "test.lasts@1",
  title: "Lasts",
  description: "From its end on the database refuses for a while.",
  effect: "none",
  execution: "local",
  timeoutMs: 5_000,
  input: takes,
  output: takes,
  async run({ input: { ms } }) {
    await database.refuse(ms);
    return { ms };
  },
});
const slowly = defineAction({
  name: "test.slowly@1",
  title: "Slowly",
  description: "Takes its time.",
  effect: "none",
  execution: "local",
  timeoutMs: 5_000,
  input: takes,
  output: takes,
  async run({ input: { ms } }) {
    await pause(ms);
    return { ms };
  },
});
const onceOnly = defineAction({
  name: "test.once@1",
  title: "Once",
  description: "An effect that may be had once only, and then a database that refuses.",
  effect: "once",
  timeoutMs: 20_000,
  input: takes,
  output: empty,
  async run({ input: { ms } }) {
    effects += 1;
    await database.refuse(ms);
    return {};
  },
});

beforeAll(async () => {
  world = await newWorld({ actions: [lastsInto, slowly, onceOnly] });
  endpoint = await countingEndpoint();
  database = await refusingDatabase(world.database);
  await world.startWorker({ bounds: { remoteSteps: 6, steps: 30 } });
});
afterAll(async () => {
  await world?.close();
  await endpoint?.close();
});

const local = (id: string, action: string, input: object = {}) => ({ id, type: "action.call", action, input });
const x = ($expr: string) => ({ $expr });
const returns = { id: "done", type: "control.return", output: "done" };
const calls = async (runId: string) =>
  (await world.store.tenant(world.tenantId, (db) => invocationsOf(db, runId, { limit: 200 }))).items;

/** Sound, and the ledger has a row of each call that the steps tell of, as it ended. */
async function expectWhole(runId: string): Promise<void> {
  await world.expectSound(runId);
  const journal = await world.journal(runId);
  const isCall = new Set(
    journal.flatMap((entry) =>
      entry.kind === "step" && entry.status === "RUNNING" && entry.data?.type === "action.call"
        ? [entry.execution]
        : [],
    ),
  );
  const ended = journal.flatMap((entry) =>
    entry.kind === "step" && entry.status === "SUCCEEDED" && isCall.has(entry.execution)
      ? [`${entry.stepId} ${entry.execution}`]
      : [],
  );
  const rows = (await calls(runId))
    .filter(({ status }) => status === "SUCCEEDED")
    .map(({ stepId, execution }) => `${stepId} ${execution}`);
  expect(rows.toSorted()).toEqual(expect.arrayContaining(ended.toSorted()));
}

test.each([
  { ms: 150, how: "for less than its tries take" },
  { ms: 1_200, how: "until the flush behind it gets through" },
  { ms: 5_000, how: "until a flush that is an activity of its own gets through" },
])(
  "[ACT-07] [PRJ-07] a segment whose commit the database refuses keeps its journal, and the rows of its calls: $how",
  async ({ ms }) => {
    const workflow = `refused-${ms}`;
    await world.publish({
      workflow,
      steps: [
        local("before", "random.uuid@1"),
        local("into", "test.lasts@1", { ms }),
        { id: "nap", type: "time.wait", durationMs: 20 },
        local("behind", "random.uuid@1"),
        returns,
      ],
    });
    const runId = await world.start(workflow);
    expect((await world.ended(runId, 120_000)).status).toBe("SUCCEEDED");
    expect((await calls(runId)).map((call) => `${call.stepId} ${call.status}`)).toEqual([
      "before SUCCEEDED",
      "into SUCCEEDED",
      "behind SUCCEEDED",
    ]);
    expect((await calls(runId))[1]).toMatchObject({ input: { ms }, output: { ms }, action: "test.lasts@1" });
    await expectWhole(runId);
  },
  150_000,
);

test("[ACT-07] [ACT-09] an effect that may be had once, and was had, has no unknown outcome because the database refused to write it once", async () => {
  await world.publish({
    workflow: "once-refused",
    steps: [local("effect", "test.once@1", { ms: 300 }), returns],
  });
  const runId = await world.start("once-refused");
  expect((await world.ended(runId, 60_000)).status).toBe("SUCCEEDED");
  expect(effects).toBe(1);
  expect((await calls(runId)).map(({ status, attempts }) => [status, attempts])).toEqual([["SUCCEEDED", 1]]);
  await expectWhole(runId);
}, 90_000);

test("a flush that goes as an activity of its own, and gets through only when later entries stand already, leaves no hole", async () => {
  const nap = (id: string) => ({ id, type: "time.wait", durationMs: 50 });
  const assign = (id: string) => ({ id, type: "transform.assign", assign: { [`vars.${id}`]: 1 } });
  await world.publish({
    workflow: "overtaken",
    steps: [nap("first"), assign("refused"), nap("second"), assign("behind"), nap("third"), returns],
  });
  await asOwner(
    world.database,
    `create function refuse_until_overtaken() returns trigger language plpgsql security definer as $$
       begin
         if new.entry ->> 'stepId' = 'refused' and not exists (select from public.workflow_run_journal j
             where j.run_id = new.run_id and j.entry ->> 'stepId' = 'behind') then
           raise exception 'refused until it is overtaken';
         end if;
         return new;
       end $$;
     create trigger overtaken before insert on workflow_run_journal for each row execute function refuse_until_overtaken();`,
  );
  const runId = await world.start("overtaken");
  expect((await world.ended(runId, 60_000)).status).toBe("SUCCEEDED");
  await asOwner(world.database, "drop trigger overtaken on workflow_run_journal");
  expect(await world.trace(runId)).toEqual(
    ["first", "refused", "second", "behind", "third", "done"].map((id) => `${id} SUCCEEDED`),
  );
  await world.expectSound(runId);
}, 90_000);

const post = (id: string, fact: string, more: object = {}) => ({
  id,
  type: "action.call",
  action: "http.request@1",
  input: {
    method: "POST",
    url: x('payload.url & "/orders"'),
    body: { orderId: x(`payload.id & "-${fact}`) },
  },
  ...more,
});
const slow = (id: string, ms: number) => local(id, "test.slowly@1", { ms });
const form = { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } };
const storm = {
  workflow: "storm",
  steps: [
    local("mark", "random.uuid@1"),
    {
      id: "trip",
      type: "control.saga",
      body: [
        post("first", 'first"', { compensate: [post("unFirst", 'un-first"')] }),
        slow("think", 400),
        {
          id: "beside",
          type: "control.parallel",
          branches: [
            {
              id: "told",
              steps: [
                {
                  id: "go",
                  type: "event.wait",
                  event: "storm.go",
                  correlationKey: x("payload.id"),
                  timeoutMs: 600_000,
                  saveAs: "go",
                },
                local("noted", "random.uuid@1"),
              ],
            },
            {
              id: "asked",
              steps: [
                {
                  id: "ask",
                  type: "human.task",
                  title: "Fine?",
                  assignTo: { groups: ["legal"] },
                  form,
                  reminders: { everyMs: 400, max: 3 },
                  saveAs: "answer",
                },
                post("answered", 'answered"'),
              ],
            },
            {
              id: "called",
              steps: [{ id: "call", type: "control.callWorkflow", workflow: "storm-child", input: x("payload") }],
            },
            {
              id: "missed",
              steps: [
                {
                  id: "try",
                  type: "control.tryCatch",
                  try: [
                    {
                      id: "late",
                      type: "event.wait",
                      event: "storm.late",
                      correlationKey: x("payload.id"),
                      timeoutMs: 700,
                    },
                  ],
                  catch: [{ id: "set", type: "transform.assign", assign: { "vars.missed": true } }],
                },
              ],
            },
          ],
        },
        slow("rest", 300),
        slow("more", 300),
        {
          id: "each",
          type: "control.forEach",
          items: [0, 1, 2],
          concurrency: 2,
          body: [local("number", "random.uuid@1"), post("item", 'item-" & item')],
        },
        {
          id: "whether",
          type: "control.if",
          condition: x("payload.fails"),
          then: [{ id: "fail", type: "control.raise", code: "AS_ASKED", message: "as asked" }],
        },
      ],
    },
    returns,
  ],
};
const child = {
  workflow: "storm-child",
  steps: [local("mark", "random.uuid@1"), post("child", 'child"'), slow("rest", 200), returns],
};

test("[PRJ-01] [ENG-16] runs of every kind go on while the database refuses writes at random: each ends, none has a hole in its journal, and its rows are what its history says", async () => {
  const seconds = Number(process.env["MAINSPRING_REFUSED_S"] ?? 6);
  const count = Number(process.env["MAINSPRING_REFUSED_RUNS"] ?? 5);
  await world.publish(child);
  await world.publish(storm);
  const runs = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const id = `storm-${i}`;
      const fails = i % 4 === 1;
      const cancelled = i % 4 === 3;
      return { id, fails, cancelled, runId: await world.start("storm", { url: endpoint.url, id, fails }) };
    }),
  );
  let over = false;
  const untilMs = Date.now() + seconds * 1_000;
  const refusing = (async () => {
    while (!over && Date.now() < untilMs) {
      await database.refuse(200 + randomInt(3_000), [0.2, 0.6, 1, 1][randomInt(4)]);
      await pause(500 + randomInt(3_500));
    }
    await database.refuse(0, 0);
  })();
  const withinMs = seconds * 1_000 + 120_000;
  await Promise.all(
    runs.map(async ({ id, runId, cancelled }, i) => {
      const at = { withinMs, everyMs: 200 };
      if (cancelled) {
        await pause(randomInt(seconds * 500));
        // A request that was refused may have reached Temporal.
        await until(
          `${id} is cancelled`,
          () =>
            world.cancel(runId).then(
              () => true,
              (error: unknown) => (error as { readonly code?: string }).code === "RUN_ALREADY_ENDED" || undefined,
            ),
          at,
        );
        await world.ended(runId, withinMs);
        return;
      }
      await pause(randomInt(seconds * 300));
      const eventId = await until(
        `${id} is told`,
        () => world.event({ name: "storm.go", id: `go-${i}`, correlationKey: id, payload: { i } }),
        at,
      );
      const task = await until(
        `${id} asks`,
        async () => (await world.tasks(runId)).find(({ status }) => status === "OPEN"),
        at,
      );
      await until(`${id} is answered`, () => world.answer(task.id, { ok: true }, { submissionId: `s-${i}` }), at);
      await until(
        `the event of ${id} is taken`,
        async () =>
          (await world.store.tenant(world.tenantId, (db) => deliveriesOf(db, eventId))).find(
            ({ state }) => state === "taken",
          ),
        at,
      );
      await world.ended(runId, withinMs);
    }),
  );
  over = true;
  await refusing;
  for (const { id, runId, fails, cancelled } of runs) {
    const run = await world.ended(runId, withinMs);
    if (!cancelled) expect([id, run.status]).toEqual([id, fails ? "FAILED" : "SUCCEEDED"]);
    await expectWhole(runId);
    const { items } = await world.store.tenant(world.tenantId, (db) =>
      listRuns(db, { parentRunId: runId }, { limit: 10 }),
    );
    for (const one of items) {
      await world.ended(one.id, withinMs);
      await expectWhole(one.id);
    }
    if (cancelled) continue;
    const made = ["first", "answered", "item-0", "item-1", "item-2", "child", ...(fails ? ["un-first"] : [])];
    expect([...endpoint.facts].filter(([fact]) => fact.startsWith(`${id}-`)).toSorted()).toEqual(
      made.map((fact) => [`${id}-${fact}`, 1]).toSorted(),
    );
  }
}, 600_000);
