import { expect, test } from "vitest";
import { taskQueue } from "./names.ts";
import { packQueueOf, queueRefusal } from "./queues.ts";

test("[OWN-02] [TST-22] the authored queue is its worker's alone, and refused to every other", () => {
  expect(queueRefusal("authored-workflow", [taskQueue])).toBeUndefined();
  for (const queues of [
    [taskQueue],
    ["mainspring-actions:crm", taskQueue],
    [` ${taskQueue} `],
    [`/_sys/${taskQueue}/1`],
  ])
    expect(queueRefusal("other", queues), queues.join()).toMatch(/belongs to the authored-workflow worker/);
});

test("[OWN-01] the authored worker polls no second queue, and none twice", () => {
  expect(queueRefusal("authored-workflow", [taskQueue, "mainspring-actions:crm"])).toMatch(
    /and not mainspring-actions/,
  );
  expect(queueRefusal("authored-workflow", [])).toMatch(/polls workflow-runtime-v2, once/);
  expect(queueRefusal("authored-workflow", [taskQueue, taskQueue])).toMatch(/once/);
});

test("[OWN-03] other queues are free, a pack's and one that is named almost alike", () => {
  for (const queue of [packQueueOf("crm"), "default", `${taskQueue}-2`, `my-${taskQueue}`])
    expect(queueRefusal("other", [queue]), queue).toBeUndefined();
  expect(queueRefusal("other", [])).toMatch(/needs a queue/);
});
