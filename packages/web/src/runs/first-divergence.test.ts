import { expect, test } from "vitest";
import { readDiffSearch } from "./diff-search.ts";
import { firstDivergence } from "./first-divergence.ts";

const step = (seq: number) => ({
  seq,
  stepId: `s${seq}`,
  stepPath: "root.steps[0]",
  iteration: [],
  status: "SUCCEEDED",
});
const path = { kind: "only-in-a", sentence: "Only A went to s9.", a: step(9) } as const;
const value = (seq: number) => ({
  of: "output" as const,
  sentence: `The output of s${seq} differs.`,
  pointer: "/amount",
  a: step(seq),
  b: step(seq),
});

test("[DIF-01] the first divergence is the one that comes first in the run, the payload before every step", () => {
  expect(firstDivergence({ path: null, values: null })).toBeUndefined();
  expect(firstDivergence({ path, values: null })).toEqual({ of: "path", divergence: path });
  expect(firstDivergence({ path, values: value(4) })?.of).toBe("values");
  expect(firstDivergence({ path, values: value(12) })?.of).toBe("path");
  const payload = { of: "payload" as const, sentence: "The payload differs.", pointer: "" };
  expect(firstDivergence({ path: { ...path, a: step(1) }, values: payload })?.of).toBe("values");
  const onlyB = { kind: "only-in-b", sentence: "Only B went to s5.", b: step(5) } as const;
  expect(firstDivergence({ path: onlyB, values: value(8) })?.of).toBe("path");
});

test("a comparison's address names runs by their ids", () => {
  const id = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
  expect(readDiffSearch({ a: ` ${id.toUpperCase()} `, b: "no id" })).toEqual({ a: id });
  expect(readDiffSearch({})).toEqual({});
});
