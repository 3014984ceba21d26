import { expect, test } from "vitest";
import { liveRows } from "./live-rows.ts";

const row = (id: string, status = "RUNNING") => ({ id, status });
const shown = [row("c"), row("b"), row("a")];

test("known rows change where they stand, new ones wait to be asked for", () => {
  const fresh = [row("e"), row("d"), row("c", "FAILED"), row("b"), row("a")];
  expect(liveRows(shown, fresh, "hold")).toEqual({ rows: [row("c", "FAILED"), row("b"), row("a")], held: 2 });
  expect(liveRows(shown, fresh, "follow")).toEqual({ rows: fresh, held: 0 });
});

test("older rows that were loaded are added below", () => {
  expect(
    liveRows(shown, [row("c"), row("b"), row("a"), row("Z"), row("Y")], "hold").rows.map((each) => each.id),
  ).toEqual(["c", "b", "a", "Z", "Y"]);
});

test("a row that no longer passes the filter stays in its place and is marked", () => {
  expect(liveRows(shown, [row("c"), row("a")], "hold")).toEqual({
    rows: [row("c"), { ...row("b"), gone: true }, row("a")],
    held: 0,
  });
});

test("an empty list takes what comes, and wholly new rows are held", () => {
  expect(liveRows([], [row("a")], "hold")).toEqual({ rows: [row("a")], held: 0 });
  expect(liveRows(shown, [row("x"), row("y")], "hold").held).toBe(2);
});
