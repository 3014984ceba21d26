// What every run of the chaos does: six orders, each once, with branches, a loop, a wait and effect-free calls between them.

export const ordersOfRun = ["first", "left", "right", "loop-0", "loop-1", "last"] as const;

const order = (id: string, name: string): object => ({
  id,
  type: "action.call",
  action: "http.request@1",
  input: {
    method: "POST",
    url: { $expr: 'payload.url & "/orders"' },
    body: { order: { $expr: `payload.id & "-${name}` } },
  },
  timeoutMs: 30_000,
  retry: { maxAttempts: 3, backoffMs: 50 },
});

export const definition = {
  workflow: "chaos",
  name: "Chaos",
  semantics: 2,
  payload: {
    type: "object",
    required: ["url", "id"],
    properties: { url: { type: "string" }, id: { type: "string" } },
  },
  steps: [
    { id: "mark", type: "action.call", action: "random.uuid@1", input: {}, saveAs: "mark" },
    order("first", 'first"'),
    {
      id: "both",
      type: "control.parallel",
      branches: [
        { id: "left", steps: [order("order-left", 'left"')] },
        { id: "right", steps: [order("order-right", 'right"'), { id: "nap", type: "time.wait", durationMs: 20 }] },
      ],
    },
    {
      id: "go",
      type: "event.wait",
      event: "chaos.go",
      correlationKey: { $expr: "payload.id" },
      timeoutMs: 600_000,
      saveAs: "go",
    },
    { id: "each", type: "control.forEach", items: [0, 1], body: [order("order-each", 'loop-" & item')] },
    { id: "note", type: "action.call", action: "log.write@1", input: { message: "nearly done" } },
    order("last-order", 'last"'),
    { id: "done", type: "control.return", output: { id: { $expr: "payload.id" }, n: { $expr: "vars.go.n" } } },
  ],
};
