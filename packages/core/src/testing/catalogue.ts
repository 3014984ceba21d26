import type { ActionEntry, CompileCatalogue } from "../compile/catalogue.ts";

/** One action of a test's catalogue. */
export function action(id: string, facts: Partial<ActionEntry> = {}): ActionEntry {
  return {
    id,
    effect: "idempotent",
    execution: "remote",
    batch: false,
    timeoutMs: 30_000,
    inputSchema: {},
    outputSchema: {},
    ...facts,
  };
}

/** A small world for tests of publishing. */
export const testCatalogue: CompileCatalogue = {
  actions: [
    action("shop.charge@1", {
      inputSchema: {
        type: "object",
        required: ["amount"],
        properties: {
          amount: { type: "number", minimum: 0 },
          currency: { enum: ["EUR", "USD"] },
          lines: { type: "array", items: { type: "string" } },
        },
        additionalProperties: false,
      },
    }),
    action("shop.charge@2"),
    action("http.request@1"),
    action("log.write@1", { effect: "none", execution: "local" }),
    action("crm.save@1", { effect: "once" }),
    action("crm.tag@1", { batch: true }),
    action("pack.remote@1", { secrets: false }),
  ],
  workflows: [
    {
      key: "child",
      version: 2,
      versions: [1, 2],
      payloadSchema: { type: "object", required: ["a"], properties: { a: { type: "integer" } } },
    },
    { key: "middle", version: 1, calls: ["leads-back"] },
    { key: "leads-back", version: 4, calls: ["circle"] },
  ],
  forms: [{ name: "visit" }],
  calendars: ["default"],
  eventTypes: [
    {
      name: "order.paid",
      payloadSchema: {
        type: "object",
        properties: { order: { type: "object" }, id: { type: "string" } },
        additionalProperties: false,
      },
    },
  ],
  correlationPaths: { "order.paid": ["payload.order"] },
};
