import type { Mutant } from "./mutant.ts";

const at = (file: string, tests: readonly string[] = ["webhooks/schemes/schemes.test.ts"]) =>
  ({ package: "server", file: `webhooks/${file}`, tests }) as const;
const reading = ["webhooks/read-call.test.ts"];
const calls = ["webhooks.integration.test.ts"];

export const webhookMutants: readonly Mutant[] = [
  {
    ...at("schemes/signature.ts"),
    what: "only the last of an endpoint's secrets counts",
    before: "found |= Number(",
    after: "found = Number(",
  },
  {
    ...at("schemes/signature.ts"),
    what: "only the first of the signatures of a call is looked at",
    before: "signatures.slice(0, signaturesMax)",
    after: "signatures.slice(0, 1)",
  },
  {
    ...at("schemes/scheme.ts"),
    what: "a call that is signed for the future is taken",
    before: "Math.abs(nowMs - seconds * 1_000)",
    after: "nowMs - seconds * 1_000",
  },
  {
    ...at("schemes/stripe.ts"),
    what: "a signature is taken over the body without its time",
    before: "isSigned([`${time}.`, body]",
    after: "isSigned([body]",
  },
  {
    ...at("schemes/standard.ts"),
    what: "the window of a call is not looked at",
    before: 'return isInWindow(seconds, nowMs) ? undefined : "outside-window";',
    after: "return undefined;",
  },
  {
    ...at("read-call.ts", reading),
    what: "an id that is too long is cut off, and meets another",
    before: "&& text.length <= eventTextMax ? text : undefined",
    after: "? text.slice(0, eventTextMax) : undefined",
  },
  {
    ...at("read-call.ts", reading),
    what: "any type that begins like JSON is read as JSON",
    before: 'if (type === "application/json"',
    after: 'if (type.startsWith("application/json")',
  },
  {
    ...at("receive.ts", calls),
    what: "the signature of a call is not looked at",
    before: "  if (refusal !== undefined) {\n    metrics",
    after: "  if (refusal !== undefined && endpoint.enabled === false) {\n    metrics",
  },
  {
    ...at("receive.ts", calls),
    what: "a repeated id with another body is refused",
    before: 'problem.code !== "EVENT_CONFLICT"',
    after: 'problem.code !== "NOT_FOUND"',
  },
  {
    ...at("receive.ts", calls),
    what: "a refused caller is told the reason",
    before: '"the call\'s signature was not accepted"',
    after: "refusal",
  },
  {
    ...at("find-endpoint.ts", calls),
    what: "an endpoint that is switched off answers",
    before: "endpoint?.enabled === true ?",
    after: "endpoint !== undefined ?",
  },
];
