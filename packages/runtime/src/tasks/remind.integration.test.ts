import { ActionFailure, type Mail } from "@mainspring/actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
const sent: Mail[] = [];
let failures = 0;
beforeAll(async () => {
  world = await newWorld({
    mail: {
      send: async (mail) => {
        if (failures > 0) {
          failures -= 1;
          throw new ActionFailure({
            category: "TransientError",
            code: "MAIL_CONNECTION_FAILED",
            message: "no connection",
          });
        }
        sent.push(mail);
        return { accepted: mail.to, rejected: [] };
      },
    },
  });
  await world.startWorker();
});
afterAll(() => world?.close());

test("reminders are mailed to assignees whose names are addresses, in turn, and past a mail server that was away", async () => {
  failures = 1;
  await world.publish({
    workflow: "remind-by-mail",
    steps: [
      {
        id: "ask",
        type: "human.task",
        title: "Approve the budget",
        assignTo: { users: ["ada@example.com", "bob"], groups: ["board@example.com"] },
        form: {},
        reminders: { everyMs: 300, max: 2 },
      },
    ],
  });
  const runId = await world.start("remind-by-mail");
  await until("both were mailed", () => (sent.length === 2 ? true : undefined));
  expect(sent.map(({ subject }) => subject)).toEqual([
    "Reminder 1 of 2: Approve the budget",
    "Reminder 2 of 2: Approve the budget",
  ]);
  expect(sent[0]?.to).toEqual(["ada@example.com", "board@example.com"]);
  expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(2);
  const [task] = await world.tasks(runId);
  expect(sent[0]?.text).toContain(task?.id);
  await world.answer(task?.id ?? "", {});
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  await world.expectSound(runId);
});
