import { expect, test } from "vitest";
import { sentenceParts } from "./sentence-parts.ts";

const id = "01a21922-b38a-7736-86c2-aa2814f70761";

test("names in backquotes are told apart from words", () => {
  expect(sentenceParts("It runs `a.b`, now")).toEqual([
    { text: "It runs ", code: false },
    { text: "a.b", code: true },
    { text: ", now", code: false },
  ]);
});

test("ids of runs and of who did something are shortened, and kept whole beside", () => {
  expect(sentenceParts(`It waits for run ${id}: it sleeps`)).toEqual([
    { text: "It waits for run ", code: false },
    { text: "#f70761", code: false, whole: id },
    { text: ": it sleeps", code: false },
  ]);
  expect(sentenceParts(`held by api-key:${id}.`)[1]).toEqual({
    text: "API key #f70761",
    code: false,
    whole: `api-key:${id}`,
  });
  expect(sentenceParts(`\`${id}\``)).toEqual([{ text: id, code: true }]);
});
