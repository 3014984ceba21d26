import { expect, test } from "vitest";
import type { FilterOp } from "../program/program.ts";
import { inbound } from "../testing/world.ts";
import type { Json } from "../values/json.ts";
import { eventMatchesFilters } from "./filters.ts";

const payload = { n: 5, s: "hello", list: [1, "two", { three: 3 }], deep: { a: [{ b: null }] }, payload: "inner" };
const event = inbound({ name: "paid", payload }, "2031-01-01T00:00:00.000Z");

/** path | operator | value as JSON, where it has one | whether it holds */
const table = `
  n | = | 5 | true
  n | = | "5" | false
  list | = | [1, "two", {"three":3}] | true
  list | = | [1, "two"] | false
  gone | = | 1 | false
  n | != | 5 | false
  n | != | 6 | true
  gone | != | 6 | true
  deep.a[0].b | = | null | true
  n | in | [4, 5] | true
  n | in | [4] | false
  gone | in | [1] | false
  n | not_in | [4] | true
  n | not_in | [5] | false
  gone | not_in | [5] | true
  deep.a[0].b | exists |  | true
  deep.a[1] | exists |  | false
  gone | not_exists |  | true
  n | not_exists |  | false
  n | > | 4 | true
  n | > | 5 | false
  n | >= | 5 | true
  n | < | 6 | true
  n | < | 5 | false
  n | <= | 5 | true
  n | > | "4" | false
  gone | < | 1 | false
  s | > | "help" | false
  s | < | "help" | true
  s | > | "hell" | true
  s | contains | "ell" | true
  s | contains | "elk" | false
  list | contains | "two" | true
  list | contains | {"three":3} | true
  list | contains | 2 | false
  n | contains | 5 | false
  s | starts_with | "he" | true
  s | starts_with | "lo" | false
  s | ends_with | "lo" | true
  s | ends_with | "he" | false
  n | starts_with | "5" | false
  /list/1 | = | "two" | true
  /payload | = | "inner" | true
  payload.n | = | 5 | true
  event.name | = | "paid" | true
  event.payload.s | = | "hello" | true
  list.length | exists |  | false
  __proto__ | exists |  | false
`;

test("[WAI-06] each filter operator holds and fails as its name says", () => {
  const rows = table.trim().split("\n");
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) {
    const [path = "", op = "", json = "", expected = ""] = row.split(" | ").map((cell) => cell.trim());
    const filter =
      json === "" ? { path, op: op as FilterOp } : { path, op: op as FilterOp, value: JSON.parse(json) as Json };
    expect(eventMatchesFilters(event, [filter]), row).toBe(expected === "true");
  }
});

test("[WAI-06] all filters of a wait must hold, and none always do", () => {
  const n = { path: "n", op: "=", value: 5 } as const;
  expect(eventMatchesFilters(event, [n, { path: "s", op: "=", value: "hello" }])).toBe(true);
  expect(eventMatchesFilters(event, [n, { path: "s", op: "=", value: "no" }])).toBe(false);
  expect(eventMatchesFilters(event, [])).toBe(true);
});
