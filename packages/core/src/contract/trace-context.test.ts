import { expect, test } from "vitest";
import { parseTraceparent, spanIdOf, traceparentOf } from "./trace-context.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

test("[OBS-01] a traceparent is read and written as it came, flags that nobody knows aside", () => {
  expect(parseTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, sampled: true });
  expect(parseTraceparent(`00-${traceId}-${spanId}-02`)).toEqual({ traceId, spanId, sampled: false });
  expect(parseTraceparent(`01-${traceId}-${spanId}-01-more`)).toEqual({ traceId, spanId, sampled: true });
  expect(traceparentOf({ traceId, spanId, sampled: true })).toBe(`00-${traceId}-${spanId}-01`);
});

test.each([
  undefined,
  "",
  "00",
  `ff-${traceId}-${spanId}-01`,
  `00-${"0".repeat(32)}-${spanId}-01`,
  `00-${traceId}-${"0".repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${traceId}-${spanId}-01\n`,
])("what is no traceparent is none: %j", (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test("the id of a span by its text is the same each time, and another for another text", () => {
  expect(spanIdOf("run:a")).toMatch(/^[0-9a-f]{16}$/);
  expect(spanIdOf("run:a")).toBe(spanIdOf("run:a"));
  const ids = new Set(Array.from({ length: 10_000 }, (_, i) => spanIdOf(`run:${i}`)));
  expect(ids.size).toBe(10_000);
});
