import { defineAction } from "@mainspring/actions";
import { z } from "zod";

let letGo: () => void = () => undefined;
let released = Promise.resolve();

/** From now on calls hang, until `release`. */
export function hold(): void {
  released = new Promise((resolve) => {
    letGo = resolve;
  });
}

export function release(): void {
  letGo();
}

const call = {
  description: "",
  input: z.strictObject({}),
  output: z.strictObject({}),
  run: async (): Promise<Record<string, never>> => {
    await released;
    return {};
  },
} as const;

export const hangs = defineAction({
  ...call,
  name: "test.hang@1",
  title: "Hangs until it is released",
  effect: "idempotent",
  timeoutMs: 60_000,
});

export const lingers = defineAction({
  ...call,
  name: "test.linger@1",
  title: "A local call that lingers",
  effect: "none",
  execution: "local",
  timeoutMs: 5_000,
});
