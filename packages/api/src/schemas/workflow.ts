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

export const workflowSummary = z.object({
  key: z.string(),
  name: z.string(),
  revision: z.number().int(),
  publishedVersion: z.number().int().nullable(),
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
