import { z } from "zod";
import { defineRoute } from "../route.ts";
import { asOf, readPage } from "../schemas/run.ts";
import { task, taskAnswer, taskStatuses } from "../schemas/task.ts";
import { id, pageQuery, workflowKey } from "../schemas/values.ts";

const params = z.strictObject({ id });
const notFound = "TASK_NOT_FOUND";
const name = z.string().min(1).max(200);

const list = defineRoute({
  method: "GET",
  path: "/tasks",
  role: "viewer",
  summary: "List tasks",
  doc: "Those due first before the others; the filters hold together. `mine` are those that name you, or that you have claimed, and that are open unless `status` says otherwise.",
  query: z.strictObject({
    status: z
      .preprocess(
        (given) => (given === undefined || Array.isArray(given) ? given : [given]),
        z.array(z.enum(taskStatuses)).optional(),
      )
      .meta({ description: "repeatable" }),
    mine: z.enum(["true", "false"]).optional(),
    assignee: name
      .optional()
      .meta({ description: "a user or group that the task is assigned to, or who has claimed it" }),
    runId: id.optional(),
    workflow: workflowKey.optional(),
    due: z.iso
      .datetime({ offset: true, error: "expected a time such as 2031-03-30T08:00:00Z" })
      .optional()
      .meta({ description: "due before this time" }),
    ...pageQuery,
  }),
  replies: { 200: { doc: "a page of tasks", schema: readPage(task) } },
  errors: ["CURSOR_MISMATCH"],
});

const get = defineRoute({
  method: "GET",
  path: "/tasks/:id",
  role: "viewer",
  summary: "Read a task",
  doc: "With its form and what is shown beside it.",
  params,
  notFound,
  replies: { 200: { doc: "the task", schema: task.extend({ asOf }) } },
  errors: [notFound],
});

const claim = defineRoute({
  method: "POST",
  path: "/tasks/:id/claim",
  role: "operator",
  summary: "Claim a task",
  doc: "It is yours: nobody else may complete it until you release it. Claiming one's own again changes nothing.",
  params,
  notFound,
  replies: { 200: { doc: "the task, as it is now", schema: task } },
  errors: [notFound, "TASK_CLOSED", "TASK_CLAIMED"],
});

const release = defineRoute({
  method: "POST",
  path: "/tasks/:id/release",
  role: "operator",
  summary: "Release a task",
  doc: "Whoever has claimed it may, and an administrator.",
  params,
  notFound,
  replies: { 200: { doc: "the task, as it is now", schema: task } },
  errors: [notFound, "TASK_CLOSED", "TASK_CLAIMED"],
});

const accepted = { 200: { doc: "the run has taken the answer", schema: z.object({ status: z.literal("accepted") }) } };

const complete = defineRoute({
  method: "POST",
  path: "/tasks/:id/complete",
  role: "operator",
  summary: "Complete a task",
  doc: "The reply is what the run did with the answer. Of several answers one is accepted; repeating one's own accepted answer gives the same reply. `Idempotency-Key` stands for a `submissionId` that is left out.",
  params,
  notFound,
  body: taskAnswer,
  idempotencyKey: true,
  replies: accepted,
  errors: [notFound, "TASK_CLOSED", "TASK_CLAIMED", "ANSWER_INVALID"],
});

const override = defineRoute({
  method: "POST",
  path: "/tasks/:id/override",
  role: "admin",
  summary: "Complete a task past its form",
  doc: "As an administrator, whom neither the form nor a claim binds. It is audited, and the run knows.",
  params,
  notFound,
  body: taskAnswer,
  replies: accepted,
  errors: [notFound, "TASK_CLOSED", "ANSWER_INVALID"],
});

export const tasks = { list, get, claim, release, complete, override };
