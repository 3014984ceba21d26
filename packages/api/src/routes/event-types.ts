import { z } from "zod";
import { defineRoute } from "../route.ts";
import { eventType, eventTypeBody, eventTypeName } from "../schemas/event-type.ts";
import { page, pageQuery } from "../schemas/values.ts";

const params = z.strictObject({ name: eventTypeName });
const notFound = "EVENT_TYPE_NOT_FOUND";

const list = defineRoute({
  method: "GET",
  path: "/event-types",
  role: "viewer",
  summary: "List event types",
  doc: "In the order of their names.",
  query: z.strictObject(pageQuery),
  replies: { 200: { doc: "a page of event types", schema: page(eventType) } },
  errors: ["CURSOR_MISMATCH"],
});

const get = defineRoute({
  method: "GET",
  path: "/event-types/:name",
  role: "viewer",
  summary: "Read an event type",
  doc: "By the name of its events.",
  params,
  notFound,
  replies: { 200: { doc: "the event type", schema: eventType } },
  errors: [notFound],
});

const put = defineRoute({
  method: "PUT",
  path: "/event-types/:name",
  role: "author",
  summary: "Create or change an event type",
  doc: "It counts for events that are accepted from now on: a payload that does not fit the schema is refused. Samples must fit it too. Workflows that wait for such events, or start by them, are checked against it when they are published.",
  params,
  notFound,
  body: eventTypeBody,
  ifMatch: true,
  replies: {
    200: { doc: "changed", schema: eventType },
    201: { doc: "created", schema: eventType },
  },
  errors: ["EVENT_TYPE_INVALID", "REVISION_MISMATCH"],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/event-types/:name",
  role: "author",
  summary: "Remove an event type",
  doc: "Events of the name go on, with any payload.",
  params,
  notFound,
  replies: { 204: { doc: "removed" } },
  errors: [notFound],
});

export const eventTypes = { list, get, put, remove };
