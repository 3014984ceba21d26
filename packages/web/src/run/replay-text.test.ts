import { redactedPlaceholder } from "@mainspring/core";
import { expect, test } from "vitest";
import { readReplay } from "./replay-text.ts";

const original = { orderId: "o-17", total: 2, customer: { email: redactedPlaceholder } };
const shown = JSON.stringify(original, undefined, 2);

test("[UI-03] what the editor began with, also laid out differently, is not edited", () => {
  expect(readReplay(shown, original)).toEqual({ kind: "same" });
  expect(readReplay(JSON.stringify(original), original)).toEqual({ kind: "same" });
  expect(readReplay('{"total": 2.0, "customer": {"email": "[REDACTED]"}, "orderId": "o-17"}', original)).toEqual({
    kind: "same",
  });
});

test("[UI-04] an edit is exactly what was typed, an empty object included", () => {
  expect(readReplay("{}", original)).toEqual({ kind: "edited", payload: {}, masked: [] });
  expect(readReplay(shown.replace("o-17", "o-18"), original)).toEqual({
    kind: "edited",
    payload: { ...original, orderId: "o-18" },
    masked: ["/customer/email"],
  });
  expect(readReplay("null", original)).toEqual({ kind: "edited", payload: null, masked: [] });
});

test.each(["", "  ", "{", '{"a": }', '{"n": 9007199254740993}', '{"__proto__": 1}'])(
  "[UI-04] what is no acceptable JSON is not sent: %j",
  (text) => {
    expect(readReplay(text, original)).toMatchObject({ kind: "invalid" });
  },
);
