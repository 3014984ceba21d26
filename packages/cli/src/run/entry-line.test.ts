import type { JournalEntry } from "@mainspring/core";
import { expect, test } from "vitest";
import { plainPaint } from "../output/paint.ts";
import { entryLine } from "./entry-line.ts";

const at = "2031-01-01T00:00:01.500Z";
const place = { stepId: "charge", stepPath: "root.steps[0]", iteration: [], execution: 2 };
const line = (entry: Record<string, unknown>): string | undefined =>
  entryLine({ seq: 1, at, ...entry } as JournalEntry, {
    paint: plainPaint,
    sinceMs: Date.parse("2031-01-01T00:00:00.000Z"),
  })
    ?.replace(/ {2,}/g, " ")
    .trim();

test.each([
  [{ kind: "step", status: "RUNNING", ...place, data: { type: "action.call" } }, "1.5 s ● charge action.call"],
  [{ kind: "step", status: "SUCCEEDED", ...place, iteration: [2, 0] }, "1.5 s ✓ charge[2][0]"],
  [
    { kind: "step", status: "FAILED", ...place, data: { attempt: 3, error: { code: "HTTP_503", message: "busy" } } },
    "1.5 s ✗ charge (attempt 3) HTTP_503: busy",
  ],
  [
    {
      kind: "wait",
      status: "WAITING",
      waitId: "c1",
      waitType: "event",
      ...place,
      data: { event: "order.paid", key: "A-1" },
    },
    "1.5 s … charge waits for event order.paid with key A-1",
  ],
  [
    { kind: "wait", status: "WAITING", waitId: "c1", waitType: "time", ...place, data: { timeoutAt: at } },
    `1.5 s … charge waits until ${at}`,
  ],
  [
    {
      kind: "wait",
      status: "RESOLVED",
      waitId: "c1",
      waitType: "event",
      ...place,
      data: { resolvedBy: "event", payload: { amount: 50 } },
    },
    '1.5 s ✓ charge came: event {"amount":50}',
  ],
  [
    { kind: "wait", status: "CANCELED", waitId: "c1", waitType: "event", ...place },
    "1.5 s – charge no longer waits (cancel)",
  ],
  [{ kind: "state", data: "shipped" }, "1.5 s · state shipped"],
  [{ kind: "run", status: "SUCCEEDED" }, "1.5 s ✓ run SUCCEEDED"],
  [{ kind: "run", status: "FAILED", data: { error: { code: "E", message: "m" } } }, "1.5 s ✗ run FAILED E: m"],
])("%j reads as one line", (entry, text) => {
  expect(line(entry)).toBe(text);
});

test.each(["input", "event", "late", "addedLater"])("entries of kind %s are the engine's own", (kind) => {
  expect(line({ kind })).toBeUndefined();
});

test("what a run says cannot steer the terminal", () => {
  expect(
    line({ kind: "step", status: "FAILED", ...place, data: { error: { code: "E", message: "\u001b[2J" } } }),
  ).not.toContain("\u001b");
});
