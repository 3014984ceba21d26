// A worker process whose local calls take long enough to be killed in: each writes a line when it begins.
import { appendFileSync } from "node:fs";
import { defineAction } from "@mainspring/actions";
import { z } from "zod";
import { runTestWorker, setting } from "./run-test-worker.ts";

const slow = defineAction({
  name: "test.slow@1",
  title: "Slow",
  description: "Takes 60 ms.",
  effect: "none",
  execution: "local",
  timeoutMs: 5_000,
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
  async run({ input }) {
    appendFileSync(setting("SLOW_CALLS_FILE"), `${input.n}\n`);
    await new Promise((resolve) => setTimeout(resolve, 60));
    return { n: input.n };
  },
});

await runTestWorker([slow]);
