import { z } from "zod";
import { defineRoute } from "../route.ts";
import { versionDiff, whatIfReply } from "../schemas/insight.ts";
import { id, json, workflowKey } from "../schemas/values.ts";

const params = z.strictObject({ key: workflowKey });
const notFound = "WORKFLOW_NOT_FOUND";
const side = z.union([z.literal("draft"), z.coerce.number().int().min(1).max(2_147_483_647)]);

/** Runs that a draft is tried on at once, at most. */
export const whatIfRunsMax = 100;

const diff = defineRoute({
  method: "GET",
  path: "/workflows/:key/diff",
  role: "viewer",
  summary: "Compare two versions of a workflow",
  doc: "`from` and `to` are version numbers or `draft`. Steps are matched by their ids.",
  params,
  query: z.strictObject({ from: side, to: side }),
  notFound,
  replies: { 200: { doc: "the comparison", schema: versionDiff } },
  errors: [notFound, "VERSION_NOT_FOUND"],
});

const whatIf = defineRoute({
  method: "POST",
  path: "/workflows/:key/what-if",
  role: "author",
  summary: "Try a draft on recorded runs",
  doc: "The draft is run in the place of recorded runs with what these were given, without any effect: it goes the same way, or where it first parts is named, or that it asks for something that was not recorded. `definition` left out: the stored draft. `runIds` left out: the newest `limit` runs.",
  params,
  body: z.strictObject({
    definition: json.optional(),
    runIds: z.array(id).min(1).max(whatIfRunsMax).optional(),
    limit: z.number().int().min(1).max(whatIfRunsMax).default(20),
  }),
  bodyOptional: true,
  notFound,
  replies: { 200: { doc: "a report for each run", schema: whatIfReply } },
  errors: [
    notFound,
    "RUN_NOT_FOUND",
    "DEFINITION_INVALID",
    "DEFINITION_UNREADABLE",
    "WORKFLOW_KEY_MISMATCH",
    "JOURNAL_INCOMPLETE",
  ],
});

/** What can be told of versions and drafts. */
export const workflowInsight = { diff, whatIf };
