import { expect, test } from "vitest";
import { boundsText } from "./bounds-text.ts";

test("bounds are a sentence, and what repeats without one is named", () => {
  expect(boundsText({ historyEvents: 1_214, timers: 1, fanOut: 50, unbounded: [] })).toBe(
    "A run takes at most 1,214 history events, 1 timer and 50 things at once.",
  );
  expect(boundsText({ historyEvents: null, timers: 3, fanOut: null, unbounded: ["each", "poll"] })).toBe(
    "A run takes at most 3 timers. No bound is known for history events and things at once, since the values decide how often `each` and `poll` repeats.",
  );
  expect(boundsText({ historyEvents: 14, timers: 0, fanOut: 0, unbounded: [] })).toBe(
    "A run takes at most 14 history events.",
  );
  expect(boundsText(undefined)).toBe("");
});
