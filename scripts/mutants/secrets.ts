import type { Mutant } from "./mutant.ts";

const scrubbing = { package: "runtime", file: "activities/scrub.ts", tests: ["activities/scrub.test.ts"] } as const;
const calls = {
  package: "runtime",
  file: "activities/call-secrets.ts",
  tests: ["activities/secrets.integration.test.ts"],
} as const;

export const secretMutants: readonly Mutant[] = [
  {
    ...scrubbing,
    what: "a secret is looked for in one alignment of base64",
    before: "for (const alignment of [0, 1, 2]) {",
    after: "for (const alignment of [0]) {",
  },
  {
    ...scrubbing,
    what: "the keys of an object are not looked at",
    before: "let name = this.text(key);",
    after: "let name = key;",
  },
  {
    ...scrubbing,
    what: "the end of a text that was cut off is not looked at",
    before: "if (end.length < cutMin) return text;",
    after: "if (end.length < Infinity) return text;",
  },
  {
    package: "runtime",
    file: "activities/perform-action.ts",
    what: "an error keeps the secret in its details",
    before: "details: scrubber.json(details)",
    after: "details",
    tests: ["activities/secrets.integration.test.ts"],
  },
  {
    ...calls,
    what: "an unknown secret is an empty text",
    before: "if (value === undefined) {",
    after: "if (value === undefined && asked.name === undefined) {",
  },
  {
    package: "runtime",
    file: "activities/perform-action.ts",
    what: "the key of a call is made of another input on each try",
    before: "const key = idempotencyKey(tenantId, runId, call);",
    after: "const key = idempotencyKey(tenantId, runId, { ...call, authoredKey: crypto.randomUUID() });",
    tests: ["activities/secrets.integration.test.ts"],
  },
  {
    package: "store",
    file: "secrets.ts",
    what: "a sealed value opens under another name",
    before: 'return ["mainspring/secret", tenantId, name, version];',
    after: 'return ["mainspring/secret", tenantId, version];',
    tests: ["secrets.integration.test.ts"],
  },
  {
    package: "runtime",
    file: "codec/remote-codec.ts",
    what: "the remote codec opens payloads of every tenant",
    before: "if (owner !== undefined && owner !== tenantId)",
    after: "if (owner !== undefined && owner === tenantId + tenantId)",
    tests: ["codec/encryption-codec.test.ts"],
  },
  {
    package: "runtime",
    file: "codec/encryption-codec.ts",
    what: "a sealed payload can be given another tenant's name",
    before: 'return ["mainspring/payload", tenantId, version];',
    after: 'return ["mainspring/payload", version];',
    tests: ["codec/encryption-codec.test.ts"],
  },
  {
    package: "store",
    file: "data-store.ts",
    what: "an expired value is read until it is swept",
    before: 'sql.raw("(expires_at is null or expires_at > clock_timestamp())")',
    after: 'sql.raw("(true)")',
    tests: ["data-store.integration.test.ts"],
  },
  {
    package: "store",
    file: "data-store.ts",
    what: "a write that is made again writes again",
    before: "if (rows[0] !== undefined) return rows[0].answer;",
    after: "",
    tests: ["data-store.integration.test.ts"],
  },
];
