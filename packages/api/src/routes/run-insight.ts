import { z } from "zod";
import { defineRoute } from "../route.ts";
import { runDiff, runMoment, runWhy, runWhys } from "../schemas/insight.ts";
import { id, seqMax } from "../schemas/values.ts";

const notFound = "RUN_NOT_FOUND";

/** Asked about at once. */
export const whyIdsMax = 50;

const why = defineRoute({
  method: "GET",
  path: "/runs/:id/why",
  role: "viewer",
  summary: "Ask why a run is not moving",
  doc: "The first true cause with its evidence and what to do, the others under `also`. Computed at this moment from the rows, the execution, the task queue and the inbox; when nothing fits, `unknown` with the raw facts.",
  params: z.strictObject({ id }),
  notFound,
  replies: { 200: { doc: "the cause", schema: runWhy } },
  errors: [notFound],
});

const whyMany = defineRoute({
  method: "POST",
  path: "/runs/why",
  role: "viewer",
  summary: "Ask why several runs are not moving",
  doc: "In the order of `ids`; ids that name no run are left out.",
  body: z.strictObject({ ids: z.array(id).min(1).max(whyIdsMax) }),
  replies: { 200: { doc: "an answer for each run", schema: runWhys } },
  errors: [],
});

const at = defineRoute({
  method: "GET",
  path: "/runs/:id/at/:seq",
  role: "viewer",
  summary: "Look at a past moment of a run",
  doc: "Scopes, frames and open waits after journal entry `seq`, and what changed by it: recomputed from the inputs that the run recorded, so it needs neither a worker nor the rows of steps and waits.",
  params: z.strictObject({ id, seq: z.coerce.number().int().min(0).max(seqMax) }),
  notFound,
  replies: { 200: { doc: "the moment", schema: runMoment } },
  errors: [notFound, "ENTRY_NOT_FOUND", "JOURNAL_INCOMPLETE"],
});

const diff = defineRoute({
  method: "GET",
  path: "/runs/diff",
  role: "viewer",
  summary: "Compare two runs",
  doc: "Where they first part in the steps taken, in values, and in time. Steps are matched by id, iteration and count, so runs of different versions can be compared.",
  query: z.strictObject({ a: id, b: id }),
  replies: { 200: { doc: "the comparison", schema: runDiff } },
  errors: [notFound, "ENTRY_NOT_FOUND", "JOURNAL_INCOMPLETE"],
});

/** What can be told of runs beyond their rows. */
export const runInsight = { why, whyMany, at, diff };
