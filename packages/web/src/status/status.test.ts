import { expect, test } from "vitest";
import { hasEnded, isRunStatus, lookOf, runStatuses } from "./status.ts";

test("every status of a run has a shape of its own, so that the outline alone tells them apart", () => {
  const shapes = runStatuses.map((status) => lookOf(status).shape);
  expect(new Set(shapes).size).toBe(runStatuses.length);
});

test("only a failed end is vermilion: a try that will be repeated is not", () => {
  const all = [...runStatuses, "RETRYING", "SKIPPED", "RESOLVED"];
  expect(all.filter((status) => lookOf(status).tone === "vermilion")).toEqual(["FAILED"]);
});

test("a status that a newer server adds is shown by its own word", () => {
  expect(lookOf("HELD_BACK")).toEqual({ word: "Held back", shape: "dashed-ring", tone: "grey" });
  expect(lookOf("toString").word).toBe("Tostring");
});

test("ended are exactly the three ends", () => {
  expect(runStatuses.filter(hasEnded)).toEqual(["SUCCEEDED", "FAILED", "CANCELED"]);
  expect(isRunStatus("RESOLVED")).toBe(false);
});
