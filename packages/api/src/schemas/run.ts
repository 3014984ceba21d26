import { z } from "zod";
import { id, instant, json, page } from "./values.ts";

export const runStatuses = ["QUEUED", "RUNNING", "WAITING", "PAUSED", "SUCCEEDED", "FAILED", "CANCELED"] as const;
export const runStatus = z.enum(runStatuses);
export type RunStatusName = z.infer<typeof runStatus>;

/** Statuses after which a run does nothing more. */
export const endedStatuses = ["SUCCEEDED", "FAILED", "CANCELED"] as const satisfies readonly RunStatusName[];

/** What a run's `error` is: category, code, message and the place. */
export const runError = z.looseObject({
  category: z.string().optional(),
  code: z.string(),
  message: z.string(),
  remedy: z.string().optional(),
  stepId: z.string().optional(),
  nodePath: z.string().optional(),
  at: instant.optional(),
  attempt: z.number().int().optional(),
  details: json.optional(),
});

export const why = z.object({ cause: z.string(), sentence: z.string(), until: instant.optional() });

export const asOf = instant.meta({
  description: "when the rows were read: a run may be further by what they do not have yet",
});

/** A page of rows that show runs. */
export function readPage<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; nextCursor: z.ZodNullable<z.ZodString>; asOf: typeof asOf }> {
  return page(item).extend({ asOf });
}

const runCommon = {
  id,
  workflow: z.string(),
  version: z.number().int().nullable().meta({ description: "null on runs of an earlier engine only" }),
  status: runStatus,
  state: json.meta({ description: "business state set by `state.set`, or null" }),
  error: runError.nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  completedAt: instant.nullable(),
  queuedReason: z.string().nullable().meta({
    description:
      "while QUEUED: `workflow-paused`, `concurrency-limited` or `over-limit` of a start that is held, else what the last try to start it met",
  }),
  cancelRequestedAt: instant.nullable(),
  confirmedAt: instant.nullable().meta({ description: "when the end was verified against Temporal" }),
  parentRunId: id.nullable(),
  rootRunId: id.nullable(),
  replayOfRunId: id.nullable(),
  restartedFrom: json,
  startedBy: z.string().nullable(),
  engine: z.string().nullable(),
};

/** A row of the run list. */
export const runSummary = z.object({ ...runCommon, why: why.optional() });

/** A run that was made from another. */
const descendant = z.object({ id, workflow: z.string(), status: runStatus, createdAt: instant });

const count = z.number().int();

/** How many runs there are, by status. */
export const runCounts = z.object({
  counts: z.object({
    QUEUED: count,
    RUNNING: count,
    WAITING: count,
    PAUSED: count,
    SUCCEEDED: count,
    FAILED: count,
    CANCELED: count,
  } satisfies { readonly [status in RunStatusName]: typeof count }),
  more: z.boolean().meta({ description: "there are more than are counted: those of the newest 10,000 are" }),
  asOf,
});
export type RunCountsReply = z.infer<typeof runCounts>;

export const run = z.object({
  ...runCommon,
  input: json,
  output: json,
  trigger: json.meta({ description: "what started the run, as recorded" }),
  definitionHash: z.string().nullable(),
  programHash: z.string().nullable(),
  semantics: z.number().int().nullable(),
  temporalWorkflowId: z.string().nullable(),
  temporalRunId: z.string().nullable(),
  steps: z.number().int().meta({ description: "step executions begun" }),
  history: z.object({ events: z.number().int(), max: z.number().int() }).nullable().meta({
    description:
      "how many events Temporal holds of the present execution, as of its last entry in the journal, and at how many the run would fail with HISTORY_BUDGET; null on runs of an earlier engine",
  }),
  cancelRequestedBy: z.string().nullable(),
  cancelReason: z.string().nullable().meta({ description: "as it was given with the cancel" }),
  journalSeq: z.number().int(),
  asOf,
  replays: z.array(descendant).meta({ description: "runs that replay this one, the newest first, at most 100" }),
  restarts: z.array(descendant).meta({ description: "runs that were restarted from a step of this one" }),
  children: z.array(descendant).meta({ description: "runs that this one has called" }),
});
export type RunReply = z.infer<typeof run>;

export const runStarted = z.object({ runId: id, status: runStatus });

export const step = z.object({
  stepId: z.string(),
  stepPath: z.string(),
  iteration: z.array(z.number().int()),
  execution: z.number().int().meta({ description: "seq of the journal entry that began it" }),
  type: z.string().nullable(),
  attempt: z.number().int(),
  status: z.enum(["RUNNING", "WAITING", "RETRYING", "SUCCEEDED", "FAILED", "CANCELED", "SKIPPED"]),
  startedAt: instant,
  finishedAt: instant.nullable(),
  input: json,
  output: json,
  error: runError.nullable(),
  nextAttemptAt: instant.nullable(),
});
export type StepReply = z.infer<typeof step>;

export const wait = z.object({
  waitId: z.string(),
  waitType: z.string(),
  stepId: z.string(),
  stepPath: z.string(),
  iteration: z.array(z.number().int()),
  eventName: z.string().nullable(),
  key: z.string().nullable(),
  filters: json,
  status: z.enum(["WAITING", "RESOLVED", "CANCELED"]),
  openedAt: instant,
  timeoutAt: instant.nullable(),
  resolvedAt: instant.nullable(),
  resolvedBy: z.string().nullable(),
  eventId: z.string().nullable(),
  payload: json,
});
export type WaitReply = z.infer<typeof wait>;

export const invocation = z.object({
  id,
  key: z.string().meta({ description: "the idempotency key" }),
  stepId: z.string(),
  stepPath: z.string(),
  iteration: z.array(z.number().int()),
  execution: z.number().int(),
  action: z.string(),
  effect: z.string(),
  status: z.enum(["STARTED", "SUCCEEDED", "FAILED", "UNKNOWN"]),
  attempts: z.number().int().meta({ description: "tries that reported an outcome" }),
  input: json,
  output: json,
  error: json,
  late: json.meta({ description: "what a try that had timed out brought after all: evidence only" }),
  reusedFrom: id
    .nullable()
    .optional()
    .meta({ description: "of a restarted run: the invocation of the run before that answers for this one" }),
  startedAt: instant,
  finishedAt: instant.nullable(),
});

/** A journal entry as the run wrote it; see the documentation of the journal. */
export const journalEntry = z.looseObject({
  seq: z.number().int(),
  at: instant,
  kind: z.enum(["input", "run", "step", "wait", "reminder", "state", "event", "late"]),
});

export const timelineItem = z.object({
  kind: z.enum(["step", "wait"]),
  stepId: z.string(),
  stepPath: z.string(),
  iteration: z.array(z.number().int()),
  status: z.string(),
  startedAt: instant,
  finishedAt: instant.nullable(),
  attempt: z.number().int().optional(),
  waitType: z.string().optional(),
  /** Of a step that called an action: by which invocation, and how often that has reported an outcome. */
  action: z.string().optional(),
  invocationId: id.optional(),
  attempts: z.number().int().optional(),
  label: z.string().optional(),
});

export const snapshot = z.object({ id: z.string(), at: instant, nodePath: z.string().nullable(), state: json });
export type RunSummary = z.infer<typeof runSummary>;
export type RunStarted = z.infer<typeof runStarted>;
export type InvocationReply = z.infer<typeof invocation>;
export type TimelineItem = z.infer<typeof timelineItem>;
