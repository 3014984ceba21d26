import fc from "fast-check";
import { redactedPlaceholder as scrubbed } from "@mainspring/core";
import { expect, test } from "vitest";
import { Scrubber } from "./scrub.ts";

function scrubberOf(...values: string[]): Scrubber {
  const scrubber = new Scrubber();
  for (const value of values) scrubber.add(value);
  return scrubber;
}

const awkward = "p\"ä ss/w+o\\rd=%&\n<x>'~";

test.each([
  ["as it is", (value: string) => `before ${value} after ${value}`],
  ["as JSON", (value: string) => JSON.stringify({ value })],
  ["as JSON within JSON", (value: string) => JSON.stringify({ body: JSON.stringify({ value }) })],
  [
    "as JSON in ASCII",
    (value: string) =>
      JSON.stringify(value).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
  ],
  ["as JSON with escaped slashes", (value: string) => JSON.stringify(value).replaceAll("/", "\\/")],
  ["percent-encoded", (value: string) => `https://example.com/?q=${encodeURIComponent(value)}&x=1`],
  [
    "percent-encoded in lower case",
    (value: string) => encodeURIComponent(value).replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
  ],
  ["as a form", (value: string) => new URLSearchParams({ value }).toString()],
  ["as HTML", (value: string) => value.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)],
  [
    "as HTML with names",
    (value: string) =>
      value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
  ],
  ["in hexadecimal", (value: string) => Buffer.from(value).toString("hex")],
  ["in base64", (value: string) => Buffer.from(value).toString("base64")],
  ["in base64 behind one byte", (value: string) => Buffer.from(`a${value}b`).toString("base64")],
  ["in base64 behind two bytes", (value: string) => Buffer.from(`ab${value}`).toString("base64url")],
  ["in base64 behind a user name", (value: string) => `Basic ${Buffer.from(`ada:${value}`).toString("base64")}`],
  ["in base64 of JSON", (value: string) => Buffer.from(JSON.stringify({ value })).toString("base64")],
])("[SEC-03] a secret is taken out %s", (_, form) => {
  for (const value of [awkward, "sk_live_0123456789abcdef", "x".repeat(8), "🔑🔑🔑🔑🔑🔑🔑🔑", "\\\\\\\\\\\\\\\\"]) {
    const text = form(value);
    const without = scrubberOf("another secret", value).text(text);
    expect(without, text).toContain(scrubbed);
    for (const piece of [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString("base64").slice(2, 10)])
      expect(without, text).not.toContain(piece);
  }
});

test("[SEC-03] a secret is taken out of keys, numbers and everything within", () => {
  const scrubber = scrubberOf("12345678", "a-secret-key");
  const value = {
    "a-secret-key": 1,
    "x a-secret-key": [12345678, 1234567, null, true],
    n: { deep: ["is a-secret-key!"] },
  };
  expect(scrubber.json(value)).toEqual({
    "[REDACTED]": 1,
    "x [REDACTED]": ["[REDACTED]", 1234567, null, true],
    n: { deep: ["is [REDACTED]!"] },
  });
  expect(scrubberOf("aaaaaaaa", "bbbbbbbb").json({ aaaaaaaa: 1, bbbbbbbb: 2 })).toEqual({
    "[REDACTED]": 1,
    "[REDACTED]*": 2,
  });
});

test("[SEC-03] of a text that was cut off within a secret the beginning goes as well, and a few characters stay", () => {
  const scrubber = scrubberOf("sk_live_0123456789abcdef");
  expect(scrubber.text("token sk_live_0123456")).toBe("token [REDACTED]");
  expect(scrubber.text("token sk_live_")).toBe("token [REDACTED]");
  expect(scrubber.text("token sk_live")).toBe("token sk_live");
});

test("[SEC-03] of two secrets that begin alike the longer one goes whole", () => {
  expect(scrubberOf("password-1", "password-1-and-more").text("password-1-and-more, password-1")).toBe(
    "[REDACTED], [REDACTED]",
  );
});

test("[SEC-03] what holds no secret stays as it is, and so does everything where there is none", () => {
  const value = { a: ["text", 1, null], b: { c: "sk_live" } };
  expect(scrubberOf("sk_live_0123456789").json(value)).toEqual(value);
  expect(new Scrubber().json(value)).toBe(value);
});

test("[CAS-01] [SEC-03] whatever the secret and the text around it, nothing of it is left", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 8, maxLength: 60, unit: "binary" }),
      fc.string({ maxLength: 20, unit: "binary" }),
      fc.string({ maxLength: 20, unit: "binary" }),
      (value, before, after) => {
        const scrubber = scrubberOf(value);
        const text = before + value + after;
        expect(scrubber.text(text)).not.toContain(value);
        expect(scrubber.text(JSON.stringify(text))).not.toContain(JSON.stringify(value).slice(1, -1));
        expect(scrubber.text(encodeURIComponent(text))).not.toContain(encodeURIComponent(value));
        const encoded = scrubber.text(Buffer.from(text).toString("base64"));
        expect(Buffer.from(encoded.replaceAll(scrubbed, ""), "base64").includes(value)).toBe(false);
      },
    ),
    { numRuns: 100 },
  );
});

test("[SEC-06] texts that nearly hold a long or repetitive secret take little time", () => {
  const hostile = [
    ["\\".repeat(64), "\\".repeat(100_000)],
    ['\\"'.repeat(50), `${'\\\\"'.repeat(30_000)}x`],
    ["a".repeat(4_000), `${"a".repeat(3_999)}b`.repeat(25)],
    ["%25%25%25%25", "%25".repeat(30_000)],
  ] as const;
  const startedMs = performance.now();
  for (const [value, text] of hostile) scrubberOf(value).text(text);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});

test("[SEC-03] of a secret that is split over two texts, and of one of several lines, no part is left", () => {
  const scrubber = new Scrubber();
  const secret = "sk-live-0123456789-abcdefghij";
  scrubber.add(secret);
  for (let at = 8; at <= secret.length - 8; at++) {
    expect(scrubber.text(`the key is ${secret.slice(0, at)}`)).toBe("the key is [REDACTED]");
    expect(scrubber.text(`${secret.slice(at)} it was`)).toBe("[REDACTED] it was");
  }
  expect(scrubber.text("efghij it was")).toBe("efghij it was");
  const lines = [
    "-----BEGIN PRIVATE KEY-----",
    "MIIEvQIBADANBgkqhkiG9w0B",
    "AQEFAASCBKcwggSjAgEAAoIB",
    "-----END PRIVATE KEY-----",
  ];
  scrubber.add(`${lines.join("\r\n")}\r\n`);
  for (const line of lines) expect(scrubber.text(`> ${line} <`)).toBe("> [REDACTED] <");
  expect(scrubber.json({ lines })).toEqual({ lines: lines.map(() => "[REDACTED]") });
});
