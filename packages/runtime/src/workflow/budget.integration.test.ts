import { afterAll, beforeAll, expect, test } from "vitest";
import { quantile } from "../bench/statistics.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
  await world.publish({
    workflow: "healthy",
    steps: [
      { id: "id", type: "action.call", action: "random.uuid@1", input: {}, saveAs: "id" },
      { id: "done", type: "control.return", output: { $expr: "$length(vars.id.uuid)" } },
    ],
  });
  // Ten thousand by ten thousand turns; each turn is dear, so that the end comes after hundreds of steps and not after hundreds of thousands.
  await world.publish({
    workflow: "endless",
    steps: [
      {
        id: "guard",
        type: "control.tryCatch",
        try: [
          {
            id: "outer",
            type: "control.forEach",
            items: { $expr: "[1..10000]" },
            body: [
              {
                id: "inner",
                type: "control.forEach",
                items: { $expr: "[1..10000]" },
                body: [{ id: "work", type: "transform.assign", assign: { "vars.sum": { $expr: "$sum([1..9000])" } } }],
              },
            ],
          },
        ],
        catch: [{ id: "caught", type: "control.return", output: "a budget was caught" }],
      },
    ],
  });
  await world.publish({
    workflow: "burning",
    steps: [
      {
        id: "burn",
        type: "transform.assign",
        assign: {
          "vars.x": {
            $expr: "$sum($map([1..9000], function($a) { $sum($map([1..9000], function($b) { $a * $b })) }))",
          },
        },
      },
    ],
  });
});
afterAll(() => world?.close());

async function healthyRuns(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    const runId = await world.start("healthy");
    await world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`).result();
    times.push(performance.now() - started);
  }
  return times;
}

test("[SEC-06] a run that loops without end and one that burns its fuel end typed, and a healthy one beside them goes on", async () => {
  await healthyRuns(5);
  const alone = await healthyRuns(30);
  const bad = [await world.start("endless"), await world.start("burning"), await world.start("endless")];
  const beside = await healthyRuns(30);
  const [endless, burning, second] = await Promise.all(bad.map((runId) => world.ended(runId, 110_000)));
  process.stdout.write(
    `healthy run, ms: alone p50 ${quantile(alone, 0.5).toFixed(0)} p99 ${quantile(alone, 0.99).toFixed(0)}; beside hostile ones p50 ${quantile(beside, 0.5).toFixed(0)} p99 ${quantile(beside, 0.99).toFixed(0)}\n`,
  );
  expect(endless).toMatchObject({ status: "FAILED", error: { category: "ControlError", code: "LOOP_BUDGET" } });
  expect(second).toMatchObject({ status: "FAILED", error: { code: "LOOP_BUDGET" } });
  expect(burning).toMatchObject({
    status: "FAILED",
    error: { category: "ExpressionError", code: "EXPR_FUEL", stepId: "burn" },
  });
  const history = await world.client.workflow.getHandle(`workflow-runtime-v2:run:${bad[1]}`).fetchHistory();
  expect(history.events?.some(({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes)).toBe(
    false,
  );
  await world.expectSound(bad[1] as string);
}, 180_000);
