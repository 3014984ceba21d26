import { defineAction } from "@mainspring/actions";
import { z } from "zod";
import { stamp } from "./stamps.ts";

const input = z.object({ i: z.number() });
const output = z.object({});

/** A call that does nothing, made as an ordinary activity with a claim in the ledger. */
export const remoteNoop = defineAction({
  name: "bench.remote@1",
  title: "Remote no-op",
  description: "Does nothing, remotely.",
  effect: "idempotent",
  timeoutMs: 30_000,
  input,
  output,
  run: () => ({}),
});

/** A call that does nothing and says so, made as an ordinary activity: it takes no claim. */
export const effectlessNoop = defineAction({
  name: "bench.none@1",
  title: "Remote no-op without effect",
  description: "Does nothing, remotely, and has no effect.",
  effect: "none",
  timeoutMs: 30_000,
  input,
  output,
  run: () => ({}),
});

/** A call that does nothing, made in a segment. */
export const localNoop = defineAction({
  name: "bench.local@1",
  title: "Local no-op",
  description: "Does nothing, locally.",
  effect: "none",
  execution: "local",
  timeoutMs: 5_000,
  input,
  output,
  run: () => ({}),
});

/** A call that does nothing, made together with others. */
export const batchedNoop = defineAction({
  name: "bench.batched@1",
  title: "Batched no-op",
  description: "Does nothing, together with others.",
  effect: "idempotent",
  batch: true,
  timeoutMs: 30_000,
  input,
  output,
  run: () => ({}),
});

/** A call that only tells when it began. */
export const stampedCall = defineAction({
  name: "bench.stamped@1",
  title: "Stamped call",
  description: "Tells when it began, remotely.",
  effect: "none",
  timeoutMs: 30_000,
  input,
  output,
  run({ input: { i } }) {
    stamp(i);
    return {};
  },
});
