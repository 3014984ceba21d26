import { expect, test } from "vitest";
import { payloadTemplate, readPayload } from "./payload-text.ts";

test("what is no JSON, or holds what the server refuses, is said before it is sent", () => {
  expect(readPayload('{"a": 1}')).toEqual({ ok: true, payload: { a: 1 } });
  expect(readPayload("  ")).toEqual({ ok: true, payload: {} });
  expect(readPayload('{"a": }')).toMatchObject({ ok: false, problem: expect.stringContaining("not JSON") });
  expect(readPayload('{"n": 9007199254740993}')).toEqual({ ok: false, problem: "NUMBER_NOT_EXACT at /n" });
});

test("the editor begins with what the payload's schema requires", () => {
  const definition = {
    payload: {
      type: "object",
      required: ["orderId", "total", "kind", "lines", "to"],
      properties: {
        orderId: { type: "string" },
        total: { type: "number", minimum: 1 },
        kind: { enum: ["a", "b"] },
        lines: { type: "array" },
        to: { type: "object", required: ["city"], properties: { city: { type: "string", default: "Bonn" } } },
        note: { type: "string" },
      },
    },
  };
  expect(JSON.parse(payloadTemplate(definition))).toEqual({
    orderId: "",
    total: 1,
    kind: "a",
    lines: [],
    to: { city: "Bonn" },
  });
  expect(payloadTemplate({})).toBe("{}");
  expect(payloadTemplate(null)).toBe("{}");
});
