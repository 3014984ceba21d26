import { ActionFailure, defineAction } from "@mainspring/actions";
import { z } from "zod";

const input = z.object({
  url: z.string(),
  orderId: z.string(),
  /** So many tries fail first. */
  failures: z.number().optional(),
  /** Fails with this code for good. */
  code: z.string().optional(),
  takesMs: z.number().optional(),
  /** Waits until the test opens the gate. */
  gated: z.boolean().optional(),
});

let gate: Promise<void> = Promise.resolve();

/** Holds gated calls of this process back. @returns lets them go on */
export function closeGate(): () => void {
  let open: () => void = () => undefined;
  gate = new Promise((resolve) => (open = resolve));
  return open;
}

/** Makes a fact at a counting endpoint, together with others. */
export const batchedOrder = defineAction({
  name: "test.order@1",
  title: "Order",
  description: "Makes one order.",
  effect: "idempotent",
  batch: true,
  timeoutMs: 20_000,
  input,
  output: z.object({ orderId: z.string() }),
  async run({ input: { url, orderId, failures = 0, code, takesMs = 0, gated = false }, key, attempt, signal }) {
    if (gated) await Promise.race([gate, aborted(signal)]);
    if (takesMs > 0) await pause(takesMs, signal);
    if (code !== undefined) throw new ActionFailure({ category: "BusinessError", code, message: "refused" });
    if (attempt <= failures)
      throw new ActionFailure({ category: "TransientError", code: "NOT_YET", message: `try ${attempt}` });
    const reply = await fetch(`${url}/orders`, {
      method: "POST",
      headers: { "idempotency-key": key, "content-type": "application/json" },
      body: JSON.stringify({ orderId }),
      signal,
    });
    await reply.text();
    return { orderId };
  },
});

/** Has no effect, and goes together with others. */
export const batchedDouble = defineAction({
  name: "test.double@1",
  title: "Double",
  description: "Doubles a number.",
  effect: "none",
  batch: true,
  timeoutMs: 20_000,
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
  run: async ({ input: { n } }) => ({ n: 2 * n }),
});

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
