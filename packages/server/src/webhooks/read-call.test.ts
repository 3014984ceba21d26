import { createHash } from "node:crypto";
import { MainspringError } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { expect, test } from "vitest";
import { bodyKind, nameCall, readCallBody, takenFields } from "./read-call.ts";
import { schemes } from "./schemes/schemes.ts";

const json = (text: string): Buffer => Buffer.from(text);

test.each([
  ["application/json", "json"],
  ["application/json; charset=utf-8", "json"],
  ["Application/JSON", "json"],
  ["application/cloudevents+json", "json"],
  ["application/x-www-form-urlencoded", "form"],
  ["application/x-www-form-urlencoded;charset=UTF-8", "form"],
  ["text/plain", undefined],
  ["text/json", undefined],
  ["multipart/form-data; boundary=x", undefined],
  ["application/jsonx", undefined],
  ["", undefined],
])("a body of type %j is read as %s", (type, kind) => {
  expect(bodyKind({ "content-type": type }, json("{}"))).toBe(kind);
});

test("an empty body without a type is read as JSON, which it is not", () => {
  expect(bodyKind({}, Buffer.alloc(0))).toBe("json");
  expect(bodyKind({}, json("{}"))).toBeUndefined();
});

test.each(["", " ", "{", "not json", "[".repeat(300) + "]".repeat(300), '{"a":1}{"a":2}'])(
  "the body %j is refused as no JSON",
  (text) => {
    expect(() => readCallBody(schemes.stripe, "json", json(text))).toThrow(
      expect.objectContaining({ code: "BODY_NOT_JSON" } satisfies Partial<MainspringError>),
    );
  },
);

test("[CAS-01] [SEC-06] what others send is kept as far as it can be, and what could not be kept is noted with its place", () => {
  const text =
    '{"id":12345678901234567890,"note":"a\\u0000b\\ud800","ok":1,"__proto__":{"x":1},"list":[9007199254740993]}';
  expect(readCallBody(schemes.standard, "json", json(text))).toEqual({
    value: { id: "12345678901234567890", note: "a\uFFFDb\uFFFD", ok: 1, list: ["9007199254740993"] },
    adjusted: ["/id NUMBER_NOT_EXACT", "/note TEXT_NOT_STORABLE", "/__proto__ KEY_REFUSED", "/list/0 NUMBER_NOT_EXACT"],
  });
  const bytes = Buffer.concat([json('{"a":"'), Buffer.from([0xff]), json('"}')]);
  expect(readCallBody(schemes.standard, "json", bytes)).toEqual({
    value: { a: "\uFFFD" },
    adjusted: [" TEXT_NOT_STORABLE"],
  });
});

test("[SEC-06] a form of one field, given as often as fits into a body, is read in the time of reading it", () => {
  const fields = new URLSearchParams("a=1&".repeat(250_000));
  const startedMs = performance.now();
  const { value } = takenFields(fields);
  // Copied anew with each repetition, the list took minutes.
  expect(performance.now() - startedMs).toBeLessThan(30_000);
  expect((value as { a: string[] }).a).toHaveLength(250_000);
});

test("a form's fields are the body; GitHub's and Slack's have JSON in one of them", () => {
  const form = (scheme: keyof typeof schemes, text: string): Json =>
    readCallBody(schemes[scheme], "form", json(text)).value;
  expect(form("stripe", "a=1&b=x+y&a=2")).toEqual({ a: ["1", "2"], b: "x y" });
  expect(form("github", `payload=${encodeURIComponent('{"action":"opened"}')}`)).toEqual({ action: "opened" });
  expect(() => form("github", "other=1")).toThrow(MainspringError);
  expect(() => form("github", "payload=nonsense")).toThrow(MainspringError);
  expect(form("slack", "command=%2Fdeploy&text=now")).toEqual({ command: "/deploy", text: "now" });
  expect(form("slack", `payload=${encodeURIComponent('{"type":"block_actions"}')}`)).toEqual({ type: "block_actions" });
  expect(form("standard", "")).toEqual({});
});

const sha = (text: string): string => createHash("sha256").update(text).digest("hex");

test.each<[keyof typeof schemes, { [name: string]: string }, string, string, string]>([
  ["standard", { "webhook-id": "msg_1" }, '{"type":"invoice.paid"}', "msg_1", "invoice.paid"],
  ["standard", { "webhook-id": "msg_2" }, "[1]", "msg_2", "webhook.shop"],
  ["standard", { "webhook-id": "msg_3" }, '{"type":7}', "msg_3", "webhook.shop"],
  ["github", { "x-github-delivery": "d-1", "x-github-event": "push" }, "{}", "d-1", "github.push"],
  [
    "github",
    { "x-github-delivery": "d-2", "x-github-event": "issues" },
    '{"action":"opened"}',
    "d-2",
    "github.issues.opened",
  ],
  ["github", {}, '{"zen":1}', sha('{"zen":1}'), "webhook.shop"],
  ["stripe", {}, '{"id":"evt_9","type":"charge.failed"}', "evt_9", "stripe.charge.failed"],
  ["stripe", {}, '{"id":"evt_9"}', "evt_9", "webhook.shop"],
  ["stripe", {}, '{"id":9}', sha('{"id":9}'), "webhook.shop"],
  ["slack", {}, '{"event_id":"Ev1","event":{"type":"app_mention"}}', "Ev1", "slack.app_mention"],
  ["slack", {}, '{"event":{"type":"message"}}', sha('{"event":{"type":"message"}}'), "slack.message"],
  ["slack", {}, '{"event":"message"}', sha('{"event":"message"}'), "webhook.shop"],
  // What the inbox could not keep counts as lacking.
  ["stripe", {}, `{"id":"${"x".repeat(201)}"}`, sha(`{"id":"${"x".repeat(201)}"}`), "webhook.shop"],
  ["stripe", {}, `{"id":"e","type":"${"x".repeat(200)}"}`, "e", "webhook.shop"],
])("[WHK-01] %s with %j and %s is event %s, %s", (name, headers, text, id, event) => {
  const scheme = schemes[name];
  const body = json(text);
  expect(nameCall(scheme, "shop", { headers, body }, readCallBody(scheme, "json", body).value)).toEqual({
    id,
    name: event,
  });
});

test("GitHub's ping and Slack's challenge are answered at once", () => {
  expect(schemes.github.answer?.({ "x-github-event": "ping" }, {})).toEqual({ pong: true });
  expect(schemes.github.answer?.({ "x-github-event": "push" }, {})).toBeUndefined();
  expect(schemes.slack.answer?.({}, { type: "url_verification", challenge: "abc" })).toEqual({ challenge: "abc" });
  expect(schemes.slack.answer?.({}, { type: "event_callback", challenge: "abc" })).toBeUndefined();
});
