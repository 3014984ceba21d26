import type { JournalEntry } from "@mainspring/core";
import { expect, test } from "vitest";
import { entryText } from "./entry-text.ts";

const at = "2026-11-24T10:00:00.000Z";
const told = (event: object): string =>
  entryText({ seq: 2, at, kind: "input", data: { kind: "resume", event } } as unknown as JournalEntry);

test("what a run was told is said in words, with the code or the name that it carries", () => {
  expect(told({ kind: "actionFailed", id: "c1", error: { code: "HTTP_404" } })).toBe("a call failed · HTTP_404");
  expect(told({ kind: "eventArrived", event: { name: "payment.received" } })).toBe(
    "an event arrived · payment.received",
  );
  expect(told({ kind: "timerFired", id: "c1" })).toBe("a timer has run out");
  expect(told({ kind: "somethingNew", id: "c1" })).toBe("somethingNew");
});

test("a business state is told as it is written", () => {
  const entry = { seq: 3, at, kind: "state", data: "AWAITING_PAYMENT" } as unknown as JournalEntry;
  expect(entryText(entry)).toBe("state AWAITING_PAYMENT");
});
