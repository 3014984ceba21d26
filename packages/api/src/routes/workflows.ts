import { z } from "zod";
import { defineRoute } from "../route.ts";
import { page, pageQuery, versionNumber, workflowKey } from "../schemas/values.ts";
import {
  definitionBody,
  draftSaved,
  optionalDefinitionBody,
  pauseBody,
  paused,
  published,
  settings,
  settingsBody,
  unpaused,
  unpublished,
  validation,
  version,
  versionSummary,
  workflow,
  workflowSummary,
} from "../schemas/workflow.ts";

const params = z.strictObject({ key: workflowKey });
const notFound = "WORKFLOW_NOT_FOUND";
const revision = "the draft's revision";

const list = defineRoute({
  method: "GET",
  path: "/workflows",
  role: "viewer",
  summary: "List the tenant's workflows",
  doc: "In the order of their keys.",
  query: z.strictObject(pageQuery),
  replies: { 200: { doc: "a page of workflows", schema: page(workflowSummary) } },
  errors: ["CURSOR_MISMATCH"],
});

const create = defineRoute({
  method: "POST",
  path: "/workflows",
  role: "author",
  summary: "Create a workflow from a definition",
  doc: "The definition's `workflow` is the key. A definition with problems is stored as a draft and its problems are returned; one that cannot be read is refused.",
  body: definitionBody,
  yaml: true,
  replies: { 201: { doc: "the draft was stored", schema: draftSaved, headers: { ETag: revision } } },
  errors: ["WORKFLOW_EXISTS", "DEFINITION_UNREADABLE", "DEFINITION_TOO_LARGE"],
});

const get = defineRoute({
  method: "GET",
  path: "/workflows/:key",
  role: "viewer",
  summary: "Read a workflow and its draft",
  doc: "`ETag` is the draft's revision.",
  params,
  notFound,
  replies: { 200: { doc: "the workflow", schema: workflow, headers: { ETag: revision } } },
  errors: [notFound],
});

const save = defineRoute({
  method: "PUT",
  path: "/workflows/:key",
  role: "author",
  summary: "Save the draft",
  doc: "With `If-Match` the draft is saved only when its revision is that one.",
  params,
  notFound,
  body: definitionBody,
  yaml: true,
  ifMatch: true,
  replies: { 200: { doc: "the draft was stored", schema: draftSaved, headers: { ETag: revision } } },
  errors: [notFound, "REVISION_MISMATCH", "DEFINITION_UNREADABLE", "DEFINITION_TOO_LARGE", "WORKFLOW_KEY_MISMATCH"],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/workflows/:key",
  role: "author",
  summary: "Delete a workflow",
  doc: "Refused while runs that have not ended or are held refer to it, or the published version of another workflow calls it; how many, the problem says. Ended runs stay. The key used again is another workflow.",
  params,
  notFound,
  ifMatch: true,
  replies: { 204: { doc: "deleted" } },
  errors: [notFound, "REVISION_MISMATCH", "WORKFLOW_IN_USE"],
});

const validate = defineRoute({
  method: "POST",
  path: "/workflows/:key/validate",
  role: "viewer",
  summary: "Check a definition, or the draft, as publishing would",
  doc: "Every problem at once. Nothing is stored. The workflow need not exist when a definition is sent.",
  params,
  notFound,
  body: optionalDefinitionBody,
  bodyOptional: true,
  yaml: true,
  replies: { 200: { doc: "the problems found", schema: validation } },
  errors: [notFound],
});

const publish = defineRoute({
  method: "POST",
  path: "/workflows/:key/publish",
  role: "author",
  summary: "Publish the draft as a new version",
  doc: "Answers 200 with the published version when nothing changed.",
  params,
  notFound,
  body: z.strictObject({}),
  bodyOptional: true,
  ifMatch: true,
  replies: {
    201: { doc: "a new version; the first is 1", schema: published },
    200: { doc: "nothing changed since this version", schema: published },
  },
  errors: [notFound, "REVISION_MISMATCH", "DEFINITION_INVALID"],
});

const pause = defineRoute({
  method: "POST",
  path: "/workflows/:key/pause",
  role: "operator",
  summary: "Hold the starts of a workflow",
  doc: "Runs under way go on. From now on a person's start stays QUEUED, and an event or a schedule starts nothing and leaves a decision; a call by another workflow fails with WORKFLOW_PAUSED.",
  params,
  notFound,
  body: pauseBody,
  bodyOptional: true,
  replies: { 200: { doc: "paused, also when it was before", schema: paused } },
  errors: [notFound],
});

const unpause = defineRoute({
  method: "POST",
  path: "/workflows/:key/unpause",
  role: "operator",
  summary: "Let a workflow start again",
  doc: "Held starts go in the order of their acceptance, as far as limits let them.",
  params,
  notFound,
  body: z.strictObject({}),
  bodyOptional: true,
  replies: { 200: { doc: "it starts again, also when it did before", schema: unpaused } },
  errors: [notFound],
});

const unpublish = defineRoute({
  method: "POST",
  path: "/workflows/:key/unpublish",
  role: "author",
  summary: "Publish no version any more",
  doc: "Runs under way go on, and workflows that are bound to a version of it still call that. Held starts are dropped with a decision each; its schedules are removed, and its triggers are heard again when it is published again.",
  params,
  notFound,
  body: z.strictObject({}),
  bodyOptional: true,
  replies: { 200: { doc: "nothing is published", schema: unpublished } },
  errors: [notFound, "NOT_PUBLISHED"],
});

const putSettings = defineRoute({
  method: "PUT",
  path: "/workflows/:key/settings",
  role: "author",
  summary: "Change how a workflow is run",
  doc: "What is left out stays; null lifts the limit. Over its `concurrencyLimit` a person's start is refused with 429, and that of an event or a schedule is held.",
  params,
  notFound,
  body: settingsBody,
  replies: { 200: { doc: "as stored", schema: settings } },
  errors: [notFound],
});

const versions = defineRoute({
  method: "GET",
  path: "/workflows/:key/versions",
  role: "viewer",
  summary: "List the published versions",
  doc: "Newest first.",
  params,
  notFound,
  query: z.strictObject(pageQuery),
  replies: { 200: { doc: "a page of versions", schema: page(versionSummary) } },
  errors: [notFound, "CURSOR_MISMATCH"],
});

const getVersion = defineRoute({
  method: "GET",
  path: "/workflows/:key/versions/:version",
  role: "viewer",
  summary: "Read a published version",
  doc: "Versions never change.",
  params: z.strictObject({ key: workflowKey, version: versionNumber }),
  notFound: "VERSION_NOT_FOUND",
  replies: { 200: { doc: "the version", schema: version } },
  errors: ["VERSION_NOT_FOUND"],
});

export const workflows = {
  list,
  create,
  get,
  save,
  remove,
  validate,
  publish,
  pause,
  unpause,
  unpublish,
  putSettings,
  versions,
  getVersion,
};
