import { expect, test } from "vitest";
import { z } from "zod";
import { defineAction } from "./action.ts";
import type { ActionContext } from "./context.ts";
import { ActionFailure } from "./failure.ts";
import type { LateEnd } from "./perform.ts";
import { failureOf, performCall } from "./testing/perform-call.ts";

const input = z.strictObject({ n: z.number().default(1), tags: z.array(z.string()).optional() });

function probe(
  run: (context: ActionContext<z.output<typeof input>>) => unknown,
  output: z.ZodType = z.unknown(),
  timeoutMs = 10_000,
) {
  return defineAction({
    name: "test.probe@1",
    title: "Probe",
    description: "What a test needs.",
    effect: "idempotent",
    timeoutMs,
    secrets: ["token"],
    input,
    output,
    run,
  });
}

test("[ACT-02] the handler gets the parsed input with its defaults, and its output comes back", async () => {
  const result = await performCall(
    probe(({ input: { n } }) => ({ n })),
    {},
  );
  expect(result).toEqual({ output: { n: 1 } });
});

test("the context carries key, attempt, run, step and time as the engine gave them", async () => {
  const action = probe(({ key, attempt, runId, stepId, now }) => ({ key, attempt, runId, stepId, now }));
  const request = { key: "k", attempt: 3, runId: "r", stepId: "s", now: "2031-03-30T00:30:00.000Z" };
  expect((await performCall(action, {}, request)).output).toEqual(request);
});

test("[ACT-02] an input that does not fit is a ValidationError that names each place, and the handler does not run", async () => {
  let ran = false;
  const action = probe(() => {
    ran = true;
  });
  const failure = await failureOf(performCall(action, { n: "x", tags: ["a", 2], "odd/key": 1 }));
  expect(failure).toMatchObject({ category: "ValidationError", code: "ACTION_INPUT_INVALID" });
  const pointers = (failure.details as { issues: { pointer: string; message: string }[] }).issues.map(
    (issue) => issue.pointer,
  );
  expect(pointers.toSorted()).toEqual(["/n", "/odd~1key", "/tags/1"]);
  expect(ran).toBe(false);
});

test("[ACT-02] an output that does not fit its schema, or is no JSON, is a ValidationError", async () => {
  const wrong = await failureOf(
    performCall(
      probe(() => ({ id: 5 }), z.object({ id: z.string() })),
      {},
    ),
  );
  expect(wrong).toMatchObject({
    category: "ValidationError",
    code: "ACTION_OUTPUT_INVALID",
    details: { issues: [{ pointer: "/id" }] },
  });
  const noJson = await failureOf(
    performCall(
      probe(() => ({ at: new Date() })),
      {},
    ),
  );
  expect(noJson).toMatchObject({ code: "ACTION_OUTPUT_INVALID", details: { issues: [{ pointer: "/at" }] } });
});

test("text that cannot be stored and keys that are refused are adjusted in any output, and noted", async () => {
  const action = probe(({ noteAdjusted }) => {
    noteAdjusted(["/id NUMBER_NOT_EXACT"]);
    return { id: "12345678901234567890", name: "a\u0000", $blob: 1 };
  });
  expect(await performCall(action, {})).toEqual({
    output: { id: "12345678901234567890", name: "a\ufffd" },
    adjusted: ["/id NUMBER_NOT_EXACT", "/name TEXT_NOT_STORABLE", "/$blob KEY_REFUSED"],
  });
});

test("an unknown action is an ActionError", async () => {
  const failure = await failureOf(
    performCall(
      probe(() => null),
      {},
      { actionId: "test.other@1" },
    ),
  );
  expect(failure).toMatchObject({ category: "ActionError", code: "ACTION_UNKNOWN" });
});

test("[ACT-11] a handler's ActionFailure keeps category, code, details and delay", async () => {
  const thrown = {
    category: "QuotaExceededError",
    code: "RATE_LIMIT",
    message: "slow down",
    details: { left: 0 },
    retryAfterMs: 500,
  } as const;
  const failure = await failureOf(
    performCall(
      probe(() => Promise.reject(new ActionFailure(thrown))),
      {},
    ),
  );
  expect(failure.toJSON()).toEqual(thrown);
});

test.each([
  ["an error", new TypeError("no such thing"), "no such thing"],
  ["a text", "broken", "broken"],
  ["nothing", undefined, "the action failed without saying why"],
])(
  "[ACT-10] a handler that throws %s ends as ACTION_FAILED with its message and no stack",
  async (_, thrown, message) => {
    const action = probe(() => {
      throw thrown;
    });
    const failure = await failureOf(performCall(action, {}));
    expect(failure.toJSON()).toEqual({ category: "ActionError", code: "ACTION_FAILED", message });
  },
);

test("[CAS-01] a handler that ignores its signal does not keep the caller past the deadline, and its late end is told once", async () => {
  const gate = Promise.withResolvers<void>();
  const late = Promise.withResolvers<LateEnd>();
  let aborted = false;
  const action = probe(async ({ signal }) => {
    await gate.promise;
    aborted = signal.aborted;
    return {};
  });
  const failure = await failureOf(performCall(action, {}, { timeoutMs: 20, onLate: late.resolve }));
  expect(failure).toMatchObject({ category: "TimeoutError", code: "ACTION_TIMEOUT", details: { timeoutMs: 20 } });
  gate.resolve();
  expect(await late.promise).toMatchObject({ outcome: "succeeded" });
  expect(aborted).toBe(true);
});

test("a late failure is told with its message", async () => {
  const late = Promise.withResolvers<LateEnd>();
  const action = probe(
    ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => setTimeout(() => reject(new Error("gave up")), 1)),
      ),
  );
  await failureOf(performCall(action, {}, { timeoutMs: 5, onLate: late.resolve }));
  expect(await late.promise).toMatchObject({ outcome: "failed", message: "gave up" });
});

test("a handler that honours its signal ends as ACTION_TIMEOUT all the same", async () => {
  const action = probe(
    ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    z.unknown(),
    5,
  );
  expect(await failureOf(performCall(action, {}))).toMatchObject({ category: "TimeoutError", code: "ACTION_TIMEOUT" });
});

test("[CAS-01] a deadline of zero or less has passed before the handler runs", async () => {
  let ran = false;
  const action = probe(() => {
    ran = true;
  });
  expect(await failureOf(performCall(action, {}, { timeoutMs: 0 }))).toMatchObject({ code: "ACTION_TIMEOUT" });
  expect(ran).toBe(false);
});

test("[CAS-01] a deadline beyond what Node's timers can hold does not fire at once", async () => {
  expect(
    (
      await performCall(
        probe(() => Promise.resolve("done")),
        {},
        { timeoutMs: Number.MAX_SAFE_INTEGER },
      )
    ).output,
  ).toBe("done");
});

test("an aborted call ends as a Cancellation, before and during the handler", async () => {
  const controller = new AbortController();
  const started = Promise.withResolvers<void>();
  const action = probe(() => {
    started.resolve();
    return new Promise(() => undefined);
  });
  const during = failureOf(performCall(action, {}, { signal: controller.signal }));
  await started.promise;
  controller.abort();
  expect(await during).toMatchObject({ category: "Cancellation", code: "CANCELED" });
  expect(await failureOf(performCall(action, {}, { signal: controller.signal }))).toMatchObject({
    category: "Cancellation",
  });
});

test("a handler reads only the secrets that its action declares", async () => {
  const secrets = { read: (name: string) => Promise.resolve(name === "token" ? "s3cret-value" : undefined) };
  const read = (name: string) =>
    performCall(
      probe(({ secret }) => secret(name)),
      {},
      { secrets },
    );
  expect((await read("token")).output).toBe("s3cret-value");
  expect(await failureOf(read("other"))).toMatchObject({ category: "ActionError", code: "SECRET_NOT_DECLARED" });
  expect(
    await failureOf(
      performCall(
        probe(({ secret }) => secret("token")),
        {},
      ),
    ),
  ).toMatchObject({ code: "SECRET_NOT_FOUND" });
});
