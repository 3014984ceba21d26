import { ApiProblem } from "@mainspring/api";
import { expect, test } from "vitest";
import { issuesByField } from "./field-issues.ts";

function refusal(...pointers: string[]): ApiProblem {
  return new ApiProblem({
    type: "about:blank",
    title: "t",
    status: 422,
    code: "SCHEDULE_INVALID",
    detail: "d",
    remedy: "r",
    issues: pointers.map((pointer) => ({
      code: "SCHEDULE_INVALID",
      severity: "error",
      pointer,
      message: `wrong at ${pointer}`,
      remedy: "r",
    })),
  });
}

test("an issue stands at the field that it lies in, with the way inside of it; then nothing is left to be shown apart", () => {
  const issues = issuesByField(refusal("/spec/cron", "/payload/lines/0"), ["/spec", "/spec/cron", "/payload"]);
  expect(issues.at("/spec/cron")).toBe("wrong at /spec/cron");
  expect(issues.at("/spec")).toBeUndefined();
  expect(issues.at("/payload")).toBe("/lines/0: wrong at /payload/lines/0");
  expect(issues.rest).toBeNull();
});

test("a refusal that names no field, or another place, is shown whole", () => {
  const elsewhere = refusal("/name", "/payloads");
  expect(issuesByField(elsewhere, ["/name", "/payload"]).rest).toBe(elsewhere);
  const bare = refusal();
  expect(issuesByField(bare, ["/name"]).rest).toBe(bare);
  expect(issuesByField(null, ["/name"]).rest).toBeNull();
});
