import { z } from "zod";
import { defineRoute } from "../route.ts";
import { page, pageQuery, versionNumber, workflowKey } from "../schemas/values.ts";
import {
  definitionBody,
  draftSaved,
  optionalDefinitionBody,
  published,
  validation,
  version,
  versionSummary,
  workflow,
  workflowSummary,
} from "../schemas/workflow.ts";

const params = z.strictObject({ key: workflowKey });
const notFound = "WORKFLOW_NOT_FOUND";

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
  replies: { 201: { doc: "the draft was stored", schema: draftSaved } },
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
  replies: { 200: { doc: "the workflow", schema: workflow } },
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
  replies: { 200: { doc: "the draft was stored", schema: draftSaved } },
  errors: [notFound, "REVISION_MISMATCH", "DEFINITION_UNREADABLE", "DEFINITION_TOO_LARGE", "WORKFLOW_KEY_MISMATCH"],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/workflows/:key",
  role: "author",
  summary: "Delete a workflow",
  doc: "Refused while runs that have not ended refer to it.",
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

export const workflows = { list, create, get, save, remove, validate, publish, versions, getVersion };
