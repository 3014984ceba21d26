import { z } from "zod";
import { runStatus, runStatuses } from "./run.ts";
import { id, instant, json, workflowKey } from "./values.ts";

const place = { stepId: z.string(), stepPath: z.string(), iteration: z.array(z.number().int()) };

const plannedInvocation = z.object({
  kind: z.literal("action"),
  invocationId: id,
  ...place,
  action: z.string(),
  effect: z.string(),
  status: z.string(),
  finishedAt: instant.nullable(),
  authoredKey: z.boolean().meta({ description: "the author's key answers for it in any run" }),
  output: json,
});

const plannedChild = z.object({
  kind: z.literal("child"),
  runId: id,
  workflow: z.string(),
  ...place,
  status: z.string(),
});

/** What restarting from a step would do. */
export const restartPlan = z.object({
  planHash: z.string().meta({ description: "stands for all of the plan; send it with the act" }),
  ...place,
  version: z.number().int(),
  reuse: z.array(plannedInvocation).meta({ description: "calls that succeeded at that step or later: not made again" }),
  repeat: z
    .array(z.discriminatedUnion("kind", [plannedInvocation, plannedChild]))
    .meta({ description: "what was called at that step or later and is called again" }),
  offeredEvents: z.array(
    z.object({
      eventId: id,
      id: z.string(),
      name: z.string(),
      source: z.string(),
      correlationKey: z.string().nullable(),
      receivedAt: instant,
    }),
  ),
});
export type RestartPlanReply = z.infer<typeof restartPlan>;

export const restartRequest = z.strictObject({
  stepPath: z.string().min(1).max(4_000),
  iteration: z
    .array(z.number().int().min(0))
    .max(64)
    .optional()
    .meta({ description: "which turn of the loops around it; left out: the step's last execution" }),
  version: z.number().int().min(1).max(2_147_483_647).optional(),
  reason: z.string().trim().min(1).max(1_000),
  reuse: z.array(id).max(10_000).optional().meta({ description: "of the plan's; left out: all of them" }),
  offerEvents: z.boolean().optional().meta({ description: "events that the run took later; left out: yes" }),
  planHash: z.string().min(1).max(200).optional(),
  dryRun: z.boolean().optional(),
});

export const bulkActions = ["cancel", "replay", "delete"] as const;

/** The filters of the list of runs, and runs that were chosen one by one. */
const bulkFilter = z.strictObject({
  workflow: workflowKey.optional(),
  status: z.union([runStatus.transform((one) => [one]), z.array(runStatus).min(1).max(runStatuses.length)]).optional(),
  state: z.string().min(1).max(200).optional(),
  trigger: z.string().min(1).max(200).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  runId: id.optional(),
  runIds: z.array(id).min(1).max(1_000).optional().meta({ description: "chosen one by one: these and no others" }),
  q: z.string().min(3).max(200).optional(),
});

export const bulkRequest = z.strictObject({
  action: z.enum(bulkActions),
  filter: bulkFilter.optional().meta({ description: "as of the list of runs; left out: every run" }),
  reason: z.string().max(1_000).optional(),
  planHash: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: "of a preview: its runs and no others are touched" }),
  dryRun: z.boolean().optional(),
});

export const bulkReport = z.object({
  action: z.enum(bulkActions),
  planHash: z.string(),
  expiresAt: instant.meta({ description: "until then the plan can be carried out" }),
  count: z.number().int().meta({ description: "how many were, or would be, acted upon" }),
  more: z.boolean().meta({ description: "more runs match than one request takes" }),
  items: z.array(
    z.object({
      runId: id,
      workflow: z.string(),
      status: z.string(),
      result: z.enum(["planned", "done", "skipped", "failed"]),
      code: z.string().optional().meta({ description: "why nothing was done" }),
      newRunId: id.optional().meta({ description: "of a replay" }),
    }),
  ),
});
export type BulkReportReply = z.infer<typeof bulkReport>;

const difference = z.object({
  table: z.enum(["run", "step", "wait", "task", "journal"]),
  key: z.string(),
  kind: z.enum(["missing", "extra", "differs"]),
  history: json.meta({ description: "what history says; null where it says nothing" }),
  stored: json.meta({ description: "what the row said; null where there was none" }),
});

export const rebuildReport = z.object({
  runId: id,
  dryRun: z.boolean(),
  executions: z.number().int().meta({ description: "histories replayed" }),
  entries: z.number().int(),
  differences: z.array(difference),
  repaired: z.boolean(),
});
export type RebuildReportReply = z.infer<typeof rebuildReport>;
