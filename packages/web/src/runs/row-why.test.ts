import { expect, test } from "vitest";
import type { RunSummary } from "@mainspring/api";
import { rowsToAsk, rowWhy } from "./row-why.ts";

const row = { status: "RUNNING", error: null, state: null, cancelRequestedAt: null } as const;

test("a failed row says the step and the code", () => {
  const error = { code: "PAYMENT_DECLINED", message: "no", stepId: "charge" };
  expect(rowWhy({ ...row, status: "FAILED", error })).toBe("failed in `charge` · `PAYMENT_DECLINED`");
  expect(rowWhy({ ...row, status: "FAILED", error: { code: "LAUNCH_REFUSED", message: "no" } })).toBe(
    "failed · `LAUNCH_REFUSED`",
  );
});

test("a waiting row says what the server knows, another its business state", () => {
  expect(
    rowWhy({
      ...row,
      status: "WAITING",
      why: { cause: "waiting-event", sentence: "waits for customer.replied" },
      state: "OPEN",
    }),
  ).toBe("waits for customer.replied");
  expect(rowWhy({ ...row, state: "AWAITING_CUSTOMER" })).toBe("AWAITING_CUSTOMER");
  expect(rowWhy({ ...row, state: { deep: 1 } })).toBe("");
});

test("a cancel that was asked for is said until the end", () => {
  const asked = { ...row, cancelRequestedAt: "2031-01-01T00:00:00.000Z" };
  expect(rowWhy(asked)).toBe("cancel asked for");
  expect(rowWhy({ ...asked, status: "CANCELED" })).toBe("");
  const error = (by: string) => ({ code: "CANCELED", message: "The run was cancelled.", details: { by } });
  const actor = "api-key:01a21922-b38a-7736-86c2-aa2814f70761";
  expect(rowWhy({ ...asked, status: "CANCELED", error: error(actor) })).toBe("canceled by API key #f70761");
  expect(rowWhy({ ...asked, status: "CANCELED", error: error("temporal") })).toBe("");
});

test("only open rows that do not know why are asked about, and their answer is shown", () => {
  const whole = { ...row, id: "a", why: undefined } as unknown as RunSummary;
  const why = { cause: "waiting-event", sentence: "waits" };
  expect(
    rowsToAsk([
      whole,
      { ...whole, id: "b", why },
      { ...whole, id: "c", status: "SUCCEEDED" },
      { ...whole, id: "d", cancelRequestedAt: "2031-01-01T00:00:00.000Z" },
      { ...whole, id: "e", status: "QUEUED" },
    ]),
  ).toEqual(["a", "e"]);
  expect(rowsToAsk(Array.from({ length: 60 }, (_, index) => ({ ...whole, id: String(index) })))).toHaveLength(50);
  expect(rowWhy(row, "No worker has asked for work.")).toBe("No worker has asked for work.");
  expect(rowWhy({ ...row, why }, "something else")).toBe("waits");
});
