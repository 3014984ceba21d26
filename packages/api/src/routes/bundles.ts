import { z } from "zod";
import { defineRoute } from "../route.ts";
import { bundle, exportBody, importBody, importQuery, importReport } from "../schemas/bundle.ts";
import { workflowKey } from "../schemas/values.ts";

const notFound = "WORKFLOW_NOT_FOUND";
const contents =
  "Its published version, or the draft of one that has none, with the forms, calendars, event types, schedules and webhooks that it uses. Names of secrets, never their values.";

const exportOne = defineRoute({
  method: "GET",
  path: "/workflows/:key/export",
  role: "viewer",
  summary: "Export a workflow",
  doc: contents,
  params: z.strictObject({ key: workflowKey }),
  notFound,
  replies: { 200: { doc: "the bundle", schema: bundle } },
  errors: [notFound],
});

const exportMany = defineRoute({
  method: "POST",
  path: "/workflows/export",
  role: "viewer",
  summary: "Export workflows as one bundle",
  doc: contents,
  body: exportBody,
  replies: { 200: { doc: "the bundle", schema: bundle } },
  errors: [notFound],
});

const importBundle = defineRoute({
  method: "POST",
  path: "/workflows/import",
  role: "author",
  summary: "Import a bundle",
  doc: "Makes drafts and publishes nothing; all or nothing. A workflow whose key exists is an error unless `onConflict` says what becomes of it; forms, calendars, event types, schedules and webhooks that exist are kept as they are. Schedules come paused, webhooks without secrets. What the definitions name and nobody has is a warning here and an error when they are published.",
  query: importQuery,
  body: importBody,
  replies: {
    200: { doc: "what would happen, or nothing had to", schema: importReport },
    201: { doc: "what was imported", schema: importReport },
  },
  errors: ["WORKFLOW_EXISTS", "BUNDLE_INVALID"],
});

export const bundles = { export: exportOne, exportMany, import: importBundle };
