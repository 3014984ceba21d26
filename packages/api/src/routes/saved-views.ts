import { z } from "zod";
import { defineRoute } from "../route.ts";
import { id, instant, json, jsonObject, label, page } from "../schemas/values.ts";

const list = z.string().regex(/^[a-z][a-z-]{0,39}$/, { error: "expected the name of a list, such as runs" });
const notFound = "SAVED_VIEW_NOT_FOUND";

const savedView = z.object({
  id,
  list: z.string(),
  name: z.string(),
  filter: json,
  createdAt: instant,
  createdBy: z.string().nullable(),
});
export type SavedViewReply = z.infer<typeof savedView>;

const all = defineRoute({
  method: "GET",
  path: "/saved-views",
  role: "viewer",
  summary: "List saved views",
  doc: "The tenant's, by name, in one page.",
  query: z.strictObject({ list: list.optional() }),
  replies: { 200: { doc: "the views", schema: page(savedView) } },
  errors: [],
});

const create = defineRoute({
  method: "POST",
  path: "/saved-views",
  role: "operator",
  summary: "Save a view",
  doc: "A filter of a list under a name, for everybody of the tenant.",
  body: z.strictObject({ list: list.default("runs"), name: label, filter: jsonObject }),
  replies: { 201: { doc: "the view", schema: savedView } },
  errors: ["SAVED_VIEW_EXISTS"],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/saved-views/:id",
  role: "operator",
  summary: "Remove a saved view",
  doc: "For everybody of the tenant.",
  params: z.strictObject({ id }),
  notFound,
  replies: { 204: { doc: "removed" } },
  errors: [notFound],
});

export const savedViews = { list: all, create, remove };
