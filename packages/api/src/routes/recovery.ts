import { z } from "zod";
import { defineRoute } from "../route.ts";
import { bulkReport, bulkRequest, rebuildReport, restartPlan, restartRequest } from "../schemas/recovery.ts";
import { id } from "../schemas/values.ts";

const params = z.strictObject({ id });
const notFound = "RUN_NOT_FOUND";

const restartFrom = defineRoute({
  method: "POST",
  path: "/runs/:id/restart-from",
  role: "operator",
  summary: "Go on from a step, as a new run",
  doc: "The new run begins in the state that this one had when it began the step. `dryRun` answers with the plan: which calls are reused, which are made again, which events are offered again. With its `planHash` the act does what was shown, or answers PLAN_CHANGED with the difference. Another version only where the steps around it stand at the same paths.",
  params,
  notFound,
  body: restartRequest,
  idempotencyKey: true,
  replies: {
    200: { doc: "the plan, with `dryRun`", schema: restartPlan },
    202: { doc: "the new run", schema: z.object({ runId: id }), headers: { Location: "the run's address" } },
  },
  errors: [
    notFound,
    "STEP_NOT_FOUND",
    "VERSION_NOT_FOUND",
    "RESTART_VERSION_MISFIT",
    "JOURNAL_INCOMPLETE",
    "PLAN_CHANGED",
    "PAYLOAD_INVALID",
    "LAUNCH_REFUSED",
    "CONCURRENCY_LIMITED",
    "RATE_LIMITED",
    "IDEMPOTENCY_CONFLICT",
  ],
});

const bulk = defineRoute({
  method: "POST",
  path: "/runs/bulk",
  role: "operator",
  summary: "Cancel, replay or delete many runs",
  doc: "Those that pass the filter; `runIds` in it names them one by one. `dryRun` lists what would happen and keeps that plan for 15 minutes; with its `planHash` the act touches those runs only, and reports each: a run that no longer matches is skipped. Without a plan it plans and acts at once. A plan that is carried out twice, and a request that is repeated with its `Idempotency-Key` within 15 minutes, touches the same runs and replays none twice. Deleting takes an administrator, and ended runs only.",
  body: bulkRequest,
  idempotencyKey: true,
  replies: { 200: { doc: "what happened, or would, to each run", schema: bulkReport } },
  errors: ["PLAN_CHANGED", "FORBIDDEN", "IDEMPOTENCY_CONFLICT"],
});

const rebuild = defineRoute({
  method: "POST",
  path: "/runs/:id/rebuild",
  role: "operator",
  summary: "Restore a run's rows from history",
  doc: "The run's histories are replayed with the code that runs it, and journal, steps, waits, tasks and the run's row are compared with what that gives. Every difference is reported and repaired; with `dryRun` reported only.",
  params,
  notFound,
  body: z.strictObject({ dryRun: z.boolean().optional() }),
  bodyOptional: true,
  replies: { 200: { doc: "the differences", schema: rebuildReport } },
  errors: [notFound, "HISTORY_NOT_FOUND"],
});

/** Of the noun `runs`: what is done about a run afterwards. */
export const recovery = { restartFrom, bulk, rebuild };
