import { expect, test } from "vitest";
import { capturedIo } from "../testing/captured-io.ts";
import { issueLines } from "./issues.ts";
import { createOutput } from "./output.ts";
import { paintFor, plainPaint } from "./paint.ts";
import { columnsOf, cut, printable, printableLines } from "./printable.ts";
import { statusText } from "./status.ts";
import { fields, table } from "./table.ts";
import { betweenText, durationText, instantText } from "./times.ts";

test("a table is aligned by what a terminal shows, and leaves empty columns out", () => {
  const rows = [
    { name: "tea", count: "7", note: "", none: "" },
    { name: "日本茶", count: "1,200", note: "wide", none: "" },
  ];
  const columns = [
    { title: "NAME", of: (row: (typeof rows)[0]) => row.name },
    { title: "COUNT", of: (row: (typeof rows)[0]) => row.count, align: "right" as const },
    { title: "NONE", of: (row: (typeof rows)[0]) => row.none },
    { title: "NOTE", of: (row: (typeof rows)[0]) => row.note },
  ];
  expect(table(rows, columns, { paint: plainPaint })).toEqual([
    "NAME    COUNT  NOTE",
    "tea         7",
    "日本茶  1,200  wide",
  ]);
});

test("in a terminal the last column is cut to its width, in a pipe nothing is", () => {
  const rows = [{ id: "a", why: "the payment of this order has not come and is awaited until tomorrow" }];
  const columns = [
    { title: "ID", of: (row: (typeof rows)[0]) => row.id },
    { title: "WHY", of: (row: (typeof rows)[0]) => row.why },
  ];
  const narrow = table(rows, columns, { paint: plainPaint, columns: 40 });
  expect(narrow[1]).toHaveLength(40);
  expect(narrow[1]?.endsWith("…")).toBe(true);
  expect(table(rows, columns, { paint: plainPaint })[1]).toBe(`a   ${rows[0]?.why}`);
});

test("an id is never cut, also where nothing stands behind it", () => {
  const id = "0190a0a0-0000-7000-8000-000000000001";
  const [, row] = table(
    [{ id }],
    [
      { title: "STATUS", of: () => "SUCCEEDED" },
      { title: "RUN", of: (one) => one.id, whole: true },
      { title: "WHY", of: () => "" },
    ],
    { paint: plainPaint, columns: 20 },
  );
  expect(row).toBe(`SUCCEEDED  ${id}`);
});

test("fields are aligned and those without a value left out", () => {
  expect(
    fields(
      [
        ["a", "1"],
        ["longer", "2"],
        ["none", undefined],
        ["empty", ""],
      ],
      plainPaint,
    ),
  ).toEqual(["a       1", "longer  2"]);
});

test("a text from a server cannot steer the terminal", () => {
  const escape = "\u001b";
  expect(printable(`${escape}]0;owned\u0007${escape}[2Jx\r\ny\u202e`)).toBe(
    "\\u001b]0;owned\\u0007\\u001b[2Jx\\r\\ny\\u202e",
  );
  expect(printable("größer – 日本 👍")).toBe("größer – 日本 👍");
  expect(printableLines(`a:\n\tb${escape}`)).toBe("a:\n\tb\\u001b");
});

test.each([
  ["abc", 3],
  ["日本", 4],
  ["e\u0301", 1],
  ["👩‍👩‍👧", 2],
])("%s takes %i columns", (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

test("a cut text has at most so many columns and never half a character", () => {
  expect(cut("日本茶", 4)).toBe("日…");
  expect(cut("abc", 3)).toBe("abc");
});

test("colour is for terminals, and not where NO_COLOR is set", () => {
  const red = (stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv) => paintFor(stream, env)("red", "x");
  expect(red({ isTTY: true }, {})).toBe("\u001b[31mx\u001b[39m");
  expect(red({ isTTY: true }, { NO_COLOR: "1" })).toBe("x");
  expect(red({ isTTY: true }, { NO_COLOR: "" })).toBe("\u001b[31mx\u001b[39m");
  expect(red({ isTTY: true }, { TERM: "dumb" })).toBe("x");
  expect(red({}, {})).toBe("x");
});

test("a status is a symbol and a word, one that is not known too", () => {
  expect(statusText("FAILED", plainPaint)).toBe("✗ FAILED");
  expect(statusText("LATER_ADDED", plainPaint)).toBe("· LATER_ADDED");
  expect(statusText("toString", plainPaint)).toBe("· toString");
});

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1_240, "1.2 s"],
  [59_949, "59.9 s"],
  [59_950, "1 min 0 s"],
  [184_000, "3 min 4 s"],
  [7_500_000, "2 h 5 min"],
  [273_600_000, "3 d 4 h"],
])("%i ms read %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test("times are UTC to the second, and empty where there is none", () => {
  expect(instantText("2031-03-30T00:30:05.678Z")).toBe("2031-03-30 00:30:05Z");
  expect(instantText(null)).toBe("");
  expect(betweenText("2031-03-30T00:30:05.000Z", "2031-03-30T00:30:06.500Z")).toBe("1.5 s");
  expect(betweenText("2031-03-30T00:30:05.000Z", null)).toBe("");
});

test("an issue has its place, code, message and remedy, and in a file a line that can be clicked", () => {
  const issue = {
    code: "STEP_ID_DUPLICATE",
    severity: "error",
    pointer: "/steps/1/id",
    message: "twice",
    remedy: "Rename one.",
    stepId: "a",
    line: 6,
  } as const;
  expect(issueLines(issue, plainPaint, "a.yaml")).toEqual([
    "✗ a.yaml:6  STEP_ID_DUPLICATE  twice",
    "    step a, /steps/1/id",
    "    Rename one.",
  ]);
  expect(issueLines({ ...issue, stepId: undefined, line: undefined, in: "query" }, plainPaint)).toEqual([
    "✗ query /steps/1/id  STEP_ID_DUPLICATE  twice",
    "    Rename one.",
  ]);
});

test("[CLI-01] with --json stdout has one JSON document, without it lines; progress goes to stderr", () => {
  const asJson = capturedIo();
  const json = createOutput(asJson.io, {}, true);
  json.result({ a: 1 }, () => ["never"]);
  json.progress("working");
  expect(JSON.parse(asJson.stdout())).toEqual({ a: 1 });
  expect(asJson.stderr()).toBe("working\n");
  const asText = capturedIo();
  const text = createOutput(asText.io, {}, false);
  text.result({ a: 1 }, () => ["one", "two"]);
  text.item({}, () => undefined);
  expect(asText.stdout()).toBe("one\ntwo\n");
});
