import { z } from "zod";
import { defineRoute } from "../route.ts";
import { form, formBody, formName } from "../schemas/task.ts";
import { page, pageQuery } from "../schemas/values.ts";

const params = z.strictObject({ name: formName });
const notFound = "FORM_NOT_FOUND";

const list = defineRoute({
  method: "GET",
  path: "/forms",
  role: "viewer",
  summary: "List forms",
  doc: "The tenant's and the system's, in the order of their names.",
  query: z.strictObject(pageQuery),
  replies: { 200: { doc: "a page of forms", schema: page(form) } },
  errors: ["CURSOR_MISMATCH"],
});

const get = defineRoute({
  method: "GET",
  path: "/forms/:name",
  role: "viewer",
  summary: "Read a form",
  doc: "The tenant's of the name, else the system's.",
  params,
  notFound,
  replies: { 200: { doc: "the form", schema: form } },
  errors: [notFound],
});

const put = defineRoute({
  method: "PUT",
  path: "/forms/:name",
  role: "author",
  summary: "Create or change a form",
  doc: "It counts for tasks that open from now on; people are held to what they were shown. A form of a system form's name stands in for it.",
  params,
  notFound,
  body: formBody,
  ifMatch: true,
  replies: {
    200: { doc: "changed", schema: form },
    201: { doc: "created", schema: form },
  },
  errors: ["FORM_INVALID", "REVISION_MISMATCH"],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/forms/:name",
  role: "author",
  summary: "Remove a form",
  doc: "Tasks that are open keep it; those that would open fail with `FORM_UNKNOWN`. The system's cannot be removed.",
  params,
  notFound,
  replies: { 204: { doc: "removed" } },
  errors: [notFound],
});

export const forms = { list, get, put, remove };
