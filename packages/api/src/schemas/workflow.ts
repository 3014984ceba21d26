import { z } from "zod";
import { instant, json, jsonObject, workflowKey } from "./values.ts";

export const issue = z.object({
  code: z.string(),
  severity: z.enum(["error", "warning"]),
  pointer: z.string(),
  message: z.string(),
  remedy: z.string(),
  stepId: z.string().optional(),
  line: z.number().int().optional(),
});

export const definitionBody = z.strictObject({ definition: jsonObject });
export const optionalDefinitionBody = z.strictObject({ definition: jsonObject.optional() });

export const draftSaved = z.object({ key: workflowKey, revision: z.number().int(), issues: z.array(issue) });

const workflowPause = z.object({ at: instant, by: z.string().nullable(), note: z.string().nullable() });

export const pauseBody = z.strictObject({ note: z.string().min(1).max(1_000).optional() });
export const paused = z.object({ key: z.string(), paused: workflowPause });
export const unpaused = z.object({
  key: z.string(),
  paused: z.null(),
  released: z.number().int().meta({ description: "held starts that were let go at once; what a limit holds follows" }),
});
export const unpublished = z.object({
  key: z.string(),
  publishedVersion: z.null(),
  unpublishedVersion: z.number().int(),
  dropped: z.number().int().meta({ description: "held starts that were dropped, each with a decision" }),
  schedulesRemoved: z.number().int(),
});
export const settingsBody = z.strictObject({
  concurrencyLimit: z.number().int().min(0).max(1_000_000).nullable().optional(),
});
export const settings = z.object({ concurrencyLimit: z.number().int().nullable() });

export const workflowSummary = z.object({
  key: z.string(),
  name: z.string(),
  revision: z.number().int(),
  publishedVersion: z.number().int().nullable(),
  paused: workflowPause.nullable().meta({ description: "while its starts are held: since when, by whom, why" }),
  concurrencyLimit: z
    .number()
    .int()
    .nullable()
    .meta({ description: "so many of its runs may be under way at once; null: as many as the tenant may have" }),
  createdAt: instant,
  updatedAt: instant,
});

export const workflow = z.object({
  ...workflowSummary.shape,
  definition: json.meta({ description: "the draft" }),
  source: z.string().nullable().meta({ description: "the YAML that the draft was sent as" }),
});

export const validation = z.object({ valid: z.boolean(), issues: z.array(issue), bounds: json.optional() });

export const published = z.object({
  key: z.string(),
  version: z.number().int(),
  definitionHash: z.string(),
  bounds: json,
  callers: z
    .array(
      z.object({
        workflow: z.string(),
        version: z.number().int(),
        stepId: z.string(),
        boundVersion: z.number().int(),
        fits: z.boolean().meta({ description: "whether its mapping would fit this version" }),
        issues: z.array(issue),
      }),
    )
    .meta({ description: "published versions whose calls stay on an older version, until they are published again" }),
});

export const versionSummary = z.object({
  version: z.number().int(),
  definitionHash: z.string(),
  programHash: z.string(),
  semantics: z.number().int(),
  publishedAt: instant,
  publishedBy: z.string().nullable(),
});

export const version = z.object({
  ...versionSummary.shape,
  key: z.string(),
  definition: json,
  source: z.string().nullable(),
  bounds: json,
});
export type DraftSaved = z.infer<typeof draftSaved>;
export type WorkflowSummary = z.infer<typeof workflowSummary>;
export type WorkflowReply = z.infer<typeof workflow>;
export type Validation = z.infer<typeof validation>;
export type Published = z.infer<typeof published>;
export type VersionSummary = z.infer<typeof versionSummary>;
export type VersionReply = z.infer<typeof version>;
