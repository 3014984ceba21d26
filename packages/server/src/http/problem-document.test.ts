import { MainspringError } from "@mainspring/core";
import { expect, test } from "vitest";
import { problemReply } from "./problem-document.ts";

test("[API-01] an error of the catalogue becomes a problem document with code, remedy, issues and its own members", () => {
  const reply = problemReply(
    new MainspringError(
      "LAUNCH_REFUSED",
      { runId: "r", status: 999, issues: [{ pointer: "/a" }] },
      "namespace is unknown",
    ),
    "q",
  );
  expect(reply).toMatchObject({
    status: 502,
    document: {
      type: "/api/docs#LAUNCH_REFUSED",
      status: 502,
      code: "LAUNCH_REFUSED",
      detail: "namespace is unknown",
      runId: "r",
      issues: [{ pointer: "/a" }],
    },
  });
  expect(reply.document.remedy).not.toBe("");
});

test("[API-01] [QUO-01] what is refused for a limit says when to come again", () => {
  for (const code of ["RATE_LIMITED", "CONCURRENCY_LIMITED"] as const)
    expect(problemReply(new MainspringError(code, { limit: "startsPerMinute", retryAfterS: 17 }), "q")).toMatchObject({
      status: 429,
      headers: { "retry-after": "17" },
      document: { code, limit: "startsPerMinute", retryAfterS: 17 },
    });
});

test("what was not expected is told apart by its request id alone", () => {
  for (const thrown of [
    new Error("password=hunter2"),
    new MainspringError("ACTION_FAILED", { secret: 1 }, "hunter2"),
    "hunter2",
    undefined,
  ]) {
    const reply = problemReply(thrown, "request-1");
    expect(reply).toMatchObject({ status: 500, document: { code: "INTERNAL", requestId: "request-1" } });
    expect(JSON.stringify(reply.document)).not.toContain("hunter2");
  }
});

test("a database that is away is 503, also when the driver's error is wrapped", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code: "ECONNREFUSED" });
  expect(problemReply(refused, "q")).toMatchObject({
    status: 503,
    headers: { "retry-after": "1" },
    document: { code: "UNAVAILABLE" },
  });
  expect(problemReply(new Error("query failed", { cause: refused }), "q").status).toBe(503);
  expect(problemReply(Object.assign(new Error("duplicate key"), { code: "23505" }), "q").status).toBe(500);
});
