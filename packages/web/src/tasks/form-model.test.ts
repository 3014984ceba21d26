import { systemForms, validate, type Json } from "@mainspring/core";
import { expect, test } from "vitest";
import { answerOf, firstDraft, formOf, leavesOf, type Draft, type Field } from "./form-model.ts";

const schema: Json = {
  type: "object",
  required: ["approved", "ship"],
  properties: {
    approved: { type: "boolean", title: "Approved" },
    reason: { enum: ["damaged", "late", 3] },
    refundAmount: { type: "number", minimum: 0, description: "in EUR" },
    ship: { $ref: "#/$defs/address" },
    tags: { type: "array", uniqueItems: true, items: { enum: ["a", "b"] } },
    lines: { type: "array", items: { type: "string" } },
    due: { type: "string", format: "date", default: "2031-01-02" },
    comment: { type: "string", maxLength: 4000 },
    more: { anyOf: [{ type: "string" }, { type: "number" }] },
  },
  $defs: {
    address: {
      type: "object",
      required: ["city"],
      properties: { city: { type: "string" }, zip_code: { type: "string" } },
    },
  },
};

const kindOf = (field: Field): string => (field.kind === "text" ? field.input : field.kind);

test("each member of the schema gets the field that fits it, references followed", () => {
  const form = formOf(schema);
  expect(form).toMatchObject({ kind: "group", pointer: "" });
  expect(leavesOf(form).map((field) => [field.pointer, kindOf(field), field.label, field.isRequired])).toEqual([
    ["/approved", "yes-no", "Approved", true],
    ["/reason", "choice", "Reason", false],
    ["/refundAmount", "number", "Refund amount", false],
    ["/ship/city", "text", "City", true],
    ["/ship/zip_code", "text", "Zip code", false],
    ["/tags", "choices", "Tags", false],
    ["/lines", "lines", "Lines", false],
    ["/due", "date", "Due", false],
    ["/comment", "long", "Comment", false],
    ["/more", "json", "More", false],
  ]);
});

test("what is filled in becomes the answer, what is empty stays out", () => {
  const draft: Draft = {
    ...firstDraft(schema),
    "/approved": false,
    "/reason": "3",
    "/refundAmount": "12,5",
    "/ship/city": "Bonn",
    "/tags": ["b"],
    "/lines": "one\n\n two",
    "/comment": "",
    "/more": "7",
  };
  const { answer, problems } = answerOf(formOf(schema), draft);
  expect(problems).toEqual([]);
  expect(answer).toEqual({
    approved: false,
    reason: 3,
    refundAmount: 12.5,
    ship: { city: "Bonn" },
    tags: ["b"],
    lines: ["one", " two"],
    due: "2031-01-02",
    more: 7,
  });
  expect(validate(schema, answer)).toEqual([]);
});

test("options of which several may be chosen are ticked, whether or not the schema says that each may be named once", () => {
  const items = { enum: ["urgent", "legal"] };
  expect(kindOf(formOf({ type: "array", items }))).toBe("choices");
  expect(kindOf(formOf({ type: "array", items, minItems: 3 }))).toBe("json");
});

test("a default of any shape stands in its field and is answered as it is", () => {
  const schema = {
    type: "object",
    properties: {
      sizes: { type: "array", items: { type: "number" }, default: [1, 2] },
      place: { oneOf: [{ type: "object" }, { type: "string" }], default: { city: "Bonn" } },
      tags: { type: "array", items: { enum: ["a", "b"] }, default: ["b"] },
      count: { type: "integer", default: 3 },
    },
  };
  const { answer, problems } = answerOf(formOf(schema), firstDraft(schema));
  expect(problems).toEqual([]);
  expect(answer).toEqual({ sizes: [1, 2], place: { city: "Bonn" }, tags: ["b"], count: 3 });
});

test("a text that is no value is told at its field, what is missing is left to the schema", () => {
  const { answer, problems } = answerOf(formOf(schema), { "/refundAmount": "much", "/more": "{" });
  expect(problems.map(({ pointer }) => pointer)).toEqual(["/refundAmount", "/more"]);
  expect(validate(schema, answer).map(({ pointer }) => pointer)).toEqual(["/approved", "/ship/city"]);
});

test("an answer that is no object is one field of its own", () => {
  const form = formOf({ type: "integer", title: "How many?" });
  expect(form).toMatchObject({ kind: "number", pointer: "", label: "How many?" });
  expect(answerOf(form, { "": "4" }).answer).toBe(4);
  expect(formOf(true)).toMatchObject({ kind: "json" });
});

test.each(Object.entries(systemForms))("[TEN-06] the system's form %s can be filled in", (_name, form) => {
  const fields = leavesOf(formOf(form.schema));
  const draft = Object.fromEntries(fields.map((field) => [field.pointer, field.kind === "yes-no" ? true : "fine"]));
  expect(fields.length).toBeGreaterThan(0);
  expect(validate(form.schema, answerOf(formOf(form.schema), draft).answer)).toEqual([]);
});
