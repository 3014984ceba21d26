import { expect, test } from "vitest";
import { correlationPathsFromEnvironment, resolveCorrelationKey } from "./correlation.ts";

const paths = { "order.paid": ["order.id", "payload.ref"], "*": ["ticket"] };

test.each([
  [
    "the event's own key comes first",
    { correlationKey: "e", payload: { workflowCorrelationKey: "w", correlationKey: "c" } },
    { key: "e", how: "explicit" },
  ],
  [
    "then payload.workflowCorrelationKey",
    { payload: { workflowCorrelationKey: "w", correlationKey: "c" } },
    { key: "w", how: "payload.workflowCorrelationKey" },
  ],
  ["then payload.correlationKey", { payload: { correlationKey: 12 } }, { key: "12", how: "payload.correlationKey" }],
  [
    "an empty key is none",
    { correlationKey: "", payload: { correlationKey: "", order: { id: 7.0 } } },
    { key: "7", how: "path order.paid: order.id" },
  ],
  [
    "the first path that yields a scalar",
    { payload: { order: { id: {} }, ref: true } },
    { key: "true", how: "path order.paid: payload.ref" },
  ],
  ["the paths of every event come last", { payload: { ticket: "T-1" } }, { key: "T-1", how: "path *: ticket" }],
])("[ING-04] [ING-05] %s", (_, event, expected) => {
  expect(resolveCorrelationKey({ name: "order.paid", ...event }, paths)).toEqual(expected);
});

test("[ING-06] neither an id nor an inherited name is a key", () => {
  expect(resolveCorrelationKey({ name: "other", payload: { id: "x-1" } }, paths)).toBeUndefined();
  expect(
    resolveCorrelationKey({ name: "constructor", payload: {} }, { "*": ["__proto__.name", "constructor.name"] }),
  ).toBeUndefined();
  expect(resolveCorrelationKey({ name: "order.paid", payload: "text" }, paths)).toBeUndefined();
});

test.each(["nonsense", "[]", '{"a": "b"}', '{"a": [1]}', '{"a": [""]}'])(
  "%s in the variable is refused by its name",
  (text) => {
    expect(() => correlationPathsFromEnvironment({ WORKFLOW_RUNTIME_V2_EVENT_CORRELATION_PATHS_JSON: text })).toThrow(
      "WORKFLOW_RUNTIME_V2_EVENT_CORRELATION_PATHS_JSON",
    );
  },
);

test("without the variable there are no paths", () => {
  expect(correlationPathsFromEnvironment({})).toEqual({});
});
