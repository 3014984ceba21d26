import { z } from "zod";
import { id, instant, json } from "./values.ts";
import { journalEntry } from "./run.ts";

const evidence = z.object({
  kind: z.string().meta({ description: "such as `pollers`, `backlog`, `attempts`, `near-miss`" }),
  text: z.string().meta({ description: "for people" }),
  data: json.optional(),
});

const causeMembers = {
  cause: z.string().meta({ description: "such as `waiting-event`; see the documentation of causes" }),
  sentence: z.string().meta({ description: "for people, with the values of this run" }),
  since: instant.nullable(),
  evidence: z.array(evidence),
  remedy: z.string(),
  next: instant.optional().meta({ description: "when something happens by itself: the next try, the end of the wait" }),
};

/** Why a run stands where it stands: the first true cause, the others under `also`. */
export const runWhy = z.object({
  ...causeMembers,
  also: z.array(z.object(causeMembers)),
  asOf: instant,
});
export type RunWhyReply = z.infer<typeof runWhy>;

export const runWhys = z.object({ items: z.array(z.object({ id, why: runWhy })), asOf: instant });

const valueChange = z.object({
  scope: z
    .string()
    .meta({ description: "`payload`, `vars`, `state`, or `fiber:<n>` for what a branch or an item has for itself" }),
  pointer: z.string(),
  kind: z.enum(["added", "changed", "removed"]),
  before: json.optional(),
  after: json.optional(),
});

const place = { id: z.string(), stepId: z.string(), stepPath: z.string(), iteration: z.array(z.number().int()) };

/** A past moment of a run, recomputed from the inputs that it recorded. */
export const runMoment = z.object({
  runId: id,
  seq: z.number().int(),
  lastSeq: z.number().int(),
  at: instant,
  entry: journalEntry,
  span: z
    .object({ from: z.number().int(), to: z.number().int() })
    .meta({ description: "the entries that `changes` tells of: what lies between two of them nobody can see" }),
  status: z.string(),
  scopes: z.object({ payload: json, vars: json, state: json, system: json }),
  frames: z
    .array(
      z.object({
        fiber: z.number().int(),
        parent: z.number().int().optional(),
        branch: z.string().optional(),
        item: z.number().int().optional(),
        own: json,
        frames: z.array(json),
      }),
    )
    .meta({ description: "one for each line of control, the outermost frame first" }),
  waits: z.array(
    z.object({
      ...place,
      waitType: z.enum(["event", "time", "human", "child", "quota"]),
      event: z.string().optional(),
      key: z.string().optional(),
      filters: json.optional(),
      until: instant.optional(),
      title: z.string().optional(),
      workflow: z.string().optional(),
    }),
  ),
  calls: z.array(z.object({ ...place, action: z.string(), input: json })),
  changes: z.array(valueChange),
  asOf: instant,
});
export type RunMomentReply = z.infer<typeof runMoment>;

const diffStep = z.object({
  seq: z.number().int(),
  stepId: z.string(),
  stepPath: z.string(),
  iteration: z.array(z.number().int()),
  status: z.string(),
});
const diffedRun = z.object({
  runId: id,
  workflow: z.string(),
  version: z.number().int().nullable(),
  definitionHash: z.string().nullable(),
  status: z.string(),
});
const valueDivergence = z.object({
  of: z.enum(["payload", "output", "event", "error", "written"]),
  sentence: z.string(),
  pointer: z.string(),
  aValue: json.optional().meta({ description: "left out: nothing stands there in A" }),
  bValue: json.optional(),
  a: diffStep.optional(),
  b: diffStep.optional(),
});

/** Where two runs first part. */
export const runDiff = z.object({
  a: diffedRun,
  b: diffedRun,
  sameDefinition: z.boolean(),
  same: z.boolean().meta({ description: "in path and values" }),
  path: z
    .object({
      kind: z.enum(["only-in-a", "only-in-b", "other-step", "other-status"]),
      sentence: z.string(),
      a: diffStep.optional(),
      b: diffStep.optional(),
    })
    .nullable(),
  values: valueDivergence.nullable(),
  timing: z
    .object({
      sentence: z.string(),
      a: diffStep,
      b: diffStep,
      aMs: z.number(),
      bMs: z.number(),
      differenceMs: z.number(),
    })
    .nullable(),
  differences: z.array(valueDivergence).meta({ description: "the first difference of each step, 50 at most" }),
  common: z.number().int().meta({ description: "step executions that both have" }),
  asOf: instant,
});
export type RunDiffReply = z.infer<typeof runDiff>;

/** What a draft would have done in the place of recorded runs: A is the run, B the draft. */
export const whatIfReply = z.object({
  definitionHash: z.string(),
  counts: z.object({
    samePath: z.number().int(),
    diverged: z.number().int(),
    notRecorded: z.number().int(),
    payloadRefused: z.number().int(),
  }),
  items: z.array(
    z.object({
      runId: id,
      version: z.number().int().nullable(),
      status: z.string(),
      verdict: z.enum(["same-path", "diverged", "not-recorded", "payload-refused"]),
      sentence: z.string(),
      path: runDiff.shape.path,
      values: valueDivergence.nullable(),
      notRecorded: z
        .array(
          z.object({
            asked: z.enum(["action", "event", "task", "workflow", "time"]),
            stepId: z.string(),
            stepPath: z.string(),
            iteration: z.array(z.number().int()),
            sentence: z.string(),
          }),
        )
        .meta({ description: "what the draft asked for and the run had no answer to; nothing is made up for it" }),
      outcome: z
        .object({
          status: z.enum(["succeeded", "failed", "canceled"]),
          output: json.optional(),
          error: json.optional(),
        })
        .nullable()
        .meta({ description: "null: the draft did not come to an end" }),
      common: z.number().int().meta({ description: "step executions that both have" }),
    }),
  ),
  asOf: instant,
});
export type WhatIfReply = z.infer<typeof whatIfReply>;

/** How two versions of a workflow differ. */
export const versionDiff = z.object({
  from: z.object({ version: z.union([z.number().int(), z.literal("draft")]), definitionHash: z.string().nullable() }),
  to: z.object({ version: z.union([z.number().int(), z.literal("draft")]), definitionHash: z.string().nullable() }),
  same: z.boolean(),
  steps: z
    .object({ added: z.array(z.string()), removed: z.array(z.string()), changed: z.array(z.string()) })
    .meta({ description: "by their ids; a step that only moved is `changed`" }),
  changes: z
    .array(
      z.object({
        pointer: z.string(),
        kind: z.enum(["added", "changed", "removed"]),
        before: json.optional(),
        after: json.optional(),
        stepId: z.string().optional().meta({ description: "of the innermost step in which the place lies" }),
      }),
    )
    .meta({
      description:
        "at the innermost places, `pointer` into the one before for what was removed, else into the one after; steps, branches and triggers are compared by their ids; the first 500",
    }),
});
export type VersionDiffReply = z.infer<typeof versionDiff>;
