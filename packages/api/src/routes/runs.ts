import { z } from "zod";
import { defineRoute } from "../route.ts";
import { runInsight } from "./run-insight.ts";
import {
  invocation,
  journalEntry,
  readPage,
  run,
  runCounts,
  runStarted,
  runStatus,
  runSummary,
  snapshot,
  step,
  timelineItem,
  wait,
} from "../schemas/run.ts";
import { id, instant, json, pageQuery, seqMax, workflowKey } from "../schemas/values.ts";

const params = z.strictObject({ id });
const notFound = "RUN_NOT_FOUND";
const atRun = "the run's address";
const pageOf = z.strictObject(pageQuery);

/** Of a journal entry, or 0 for before the first. */
const seq = z.coerce.number().int().min(0).max(seqMax);

/** Longest `?wait`, in seconds. */
export const waitMaxSeconds = 300;

const start = defineRoute({
  method: "POST",
  path: "/workflows/:key/runs",
  role: "operator",
  summary: "Start a run",
  doc: "Of the published version unless `version` says otherwise. With `?wait=seconds` the reply is the run once its end is confirmed, else 202. What is accepted is not lost: while Temporal cannot be reached the run is QUEUED.",
  params: z.strictObject({ key: workflowKey }),
  notFound: "WORKFLOW_NOT_FOUND",
  query: z.strictObject({
    wait: z.coerce.number().int().min(0).max(waitMaxSeconds).optional().meta({ description: "seconds" }),
  }),
  body: z.strictObject({ payload: json.optional(), version: z.number().int().min(1).max(2_147_483_647).optional() }),
  bodyOptional: true,
  idempotencyKey: true,
  replies: {
    202: { doc: "accepted", schema: runStarted, headers: { Location: atRun } },
    200: { doc: "ended within `wait`", schema: run },
  },
  errors: [
    "WORKFLOW_NOT_FOUND",
    "VERSION_NOT_FOUND",
    "NOT_PUBLISHED",
    "PAYLOAD_INVALID",
    "LAUNCH_REFUSED",
    "CONCURRENCY_LIMITED",
    "RATE_LIMITED",
    "IDEMPOTENCY_CONFLICT",
  ],
});

/** `status` may be repeated. */
const statuses = z.union([runStatus.transform((one) => [one]), z.array(runStatus).min(1).max(7)]);

/** What the runs have in common that are listed or counted. */
const filters = {
  workflow: workflowKey.optional(),
  status: statuses.optional().meta({ description: "may be repeated" }),
  state: z.string().min(1).max(200).optional().meta({ description: "business state" }),
  trigger: z.string().min(1).max(200).optional(),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: "created at or after" }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: "created before" }),
  runId: id.optional(),
  parentRunId: id.optional().meta({ description: "children of this run" }),
};

const list = defineRoute({
  method: "GET",
  path: "/runs",
  role: "viewer",
  summary: "List runs",
  doc: "Newest first; the filters hold together. A cursor belongs to its filters.",
  query: z.strictObject({
    ...filters,
    q: z.string().min(3).max(200).optional().meta({ description: "text, literal, any case" }),
    ...pageQuery,
  }),
  replies: { 200: { doc: "a page of runs", schema: readPage(runSummary) } },
  errors: ["CURSOR_MISMATCH"],
});

const counts = defineRoute({
  method: "GET",
  path: "/runs/counts",
  role: "viewer",
  summary: "Count runs by status",
  doc: "With the filters of the list, but for text: how often a text is found is for nobody to know who may not see it. Of many runs the newest 10,000 are counted.",
  query: z.strictObject(filters),
  replies: { 200: { doc: "the counts", schema: runCounts } },
  errors: [],
});

const get = defineRoute({
  method: "GET",
  path: "/runs/:id",
  role: "viewer",
  summary: "Read a run",
  doc: "From the projection; `confirmedAt` says whether its end was verified.",
  params,
  notFound,
  replies: { 200: { doc: "the run", schema: run } },
  errors: [notFound],
});

const steps = defineRoute({
  method: "GET",
  path: "/runs/:id/steps",
  role: "viewer",
  summary: "List a run's step executions",
  doc: "In the order of their start, one per step execution.",
  params,
  notFound,
  query: pageOf,
  replies: { 200: { doc: "a page of step executions", schema: readPage(step) } },
  errors: [notFound, "CURSOR_MISMATCH"],
});

const journal = defineRoute({
  method: "GET",
  path: "/runs/:id/journal",
  role: "viewer",
  summary: "List a run's journal",
  doc: "In the order of `seq`, from 1.",
  params,
  notFound,
  query: z.strictObject({ ...pageQuery, afterSeq: seq.optional() }),
  replies: { 200: { doc: "a page of entries", schema: readPage(journalEntry) } },
  errors: [notFound, "CURSOR_MISMATCH"],
});

const waits = defineRoute({
  method: "GET",
  path: "/runs/:id/waits",
  role: "viewer",
  summary: "List a run's waits",
  doc: "In the order of their opening, closed ones included.",
  params,
  notFound,
  query: pageOf,
  replies: { 200: { doc: "a page of waits", schema: readPage(wait) } },
  errors: [notFound, "CURSOR_MISMATCH"],
});

const invocations = defineRoute({
  method: "GET",
  path: "/runs/:id/invocations",
  role: "viewer",
  summary: "List a run's calls of actions",
  doc: "The ledger: each call with its idempotency key, attempts and result.",
  params,
  notFound,
  query: pageOf,
  replies: { 200: { doc: "a page of invocations", schema: readPage(invocation) } },
  errors: [notFound, "CURSOR_MISMATCH"],
});

const timeline = defineRoute({
  method: "GET",
  path: "/runs/:id/timeline",
  role: "viewer",
  summary: "List steps and waits as spans",
  doc: "Ordered by start.",
  params,
  notFound,
  query: pageOf,
  replies: { 200: { doc: "a page of spans", schema: readPage(timelineItem) } },
  errors: [notFound, "CURSOR_MISMATCH"],
});

const snapshots = defineRoute({
  method: "GET",
  path: "/runs/:id/snapshots",
  role: "viewer",
  summary: "List a legacy run's snapshots",
  doc: "Only runs of an earlier engine have any.",
  params,
  notFound,
  query: pageOf,
  replies: { 200: { doc: "a page of snapshots", schema: readPage(snapshot) } },
  errors: [notFound, "CURSOR_MISMATCH"],
});

const stream = defineRoute({
  method: "GET",
  path: "/runs/:id/stream",
  role: "viewer",
  summary: "Follow a run's journal as server-sent events",
  doc: "`event: entry` with `id:` seq and the journal entry as data, each seq once; `event: end` when the end is confirmed. `Last-Event-ID` (or `afterSeq`) resumes after that seq.",
  params,
  notFound,
  query: z.strictObject({ afterSeq: seq.optional() }),
  replies: { 200: { doc: "the stream", contentType: "text/event-stream" } },
  errors: [notFound],
});

const exportRun = defineRoute({
  method: "GET",
  path: "/runs/:id/export",
  role: "viewer",
  summary: "Export a run as one document",
  doc: "Run, steps, waits, invocations, journal, snapshots, definition and version. Sensitive values are masked.",
  params,
  notFound,
  replies: {
    200: {
      doc: "the run with everything recorded of it",
      schema: z.object({
        format: z.literal("mainspring.run/1"),
        run,
        steps: z.array(step),
        waits: z.array(wait),
        invocations: z.array(invocation),
        journal: z.array(journalEntry),
        snapshots: z.array(snapshot),
        definition: json.meta({
          description: "the document that the run is pinned to; null where it is no longer there",
        }),
        version: json.meta({ description: "which one that is: workflow, version, hashes, who published it and when" }),
      }),
    },
  },
  errors: [notFound],
});

const cancel = defineRoute({
  method: "POST",
  path: "/runs/:id/cancel",
  role: "operator",
  summary: "Ask a run to stop",
  doc: "A second request changes nothing and answers with the first time. The run ends CANCELED when it has undone what it must.",
  params,
  notFound,
  body: z.strictObject({ reason: z.string().max(1_000).optional() }),
  bodyOptional: true,
  replies: {
    202: {
      doc: "Temporal accepted the request",
      schema: z.object({ id, status: runStatus, cancelRequestedAt: instant }),
    },
  },
  errors: [notFound, "RUN_ALREADY_ENDED", "WORKFLOW_TEMPORAL_CANCEL_FAILED"],
});

const quotaResume = defineRoute({
  method: "POST",
  path: "/runs/:id/quota-resume",
  role: "operator",
  summary: "Let a paused run go on despite the quota",
  doc: "Only a run that its tenant's step quota has paused. From now on this run is not asked, to its end; others stay paused until there is room.",
  params,
  notFound,
  replies: { 202: { doc: "Temporal accepted the signal", schema: z.object({ id, status: runStatus }) } },
  errors: [notFound, "RUN_NOT_PAUSED", "WORKFLOW_TEMPORAL_SIGNAL_FAILED"],
});

const replay = defineRoute({
  method: "POST",
  path: "/runs/:id/replay",
  role: "operator",
  summary: "Run it again from the start, as a new run",
  doc: "The same version. Without `payload` the stored input is used, as it was; with it, `{}` included, exactly that. A payload in which a placeholder still stands for a masked value is refused.",
  params,
  notFound,
  body: z.strictObject({ payload: json.optional() }),
  bodyOptional: true,
  idempotencyKey: true,
  replies: { 202: { doc: "the new run", schema: z.object({ runId: id }), headers: { Location: atRun } } },
  errors: [
    notFound,
    "RUN_NOT_ENDED",
    "REDACTED_VALUE_IN_PAYLOAD",
    "PAYLOAD_INVALID",
    "VERSION_NOT_FOUND",
    "LAUNCH_REFUSED",
    "CONCURRENCY_LIMITED",
    "RATE_LIMITED",
    "IDEMPOTENCY_CONFLICT",
  ],
});

export const runs = {
  start,
  list,
  counts,
  get,
  steps,
  journal,
  waits,
  invocations,
  timeline,
  snapshots,
  stream,
  export: exportRun,
  cancel,
  quotaResume,
  replay,
  ...runInsight,
};
