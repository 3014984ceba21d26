import type { Client } from "@temporalio/client";
import { expect, test } from "vitest";
import { fetchHistory } from "./fetch-history.ts";

test("a Temporal that does not answer is not waited for beyond a deadline", async () => {
  let deadline = Infinity;
  const history = { events: [] };
  const client = {
    workflow: {
      getHandle: () => ({
        fetchHistory: () => Promise.resolve(deadline === Infinity ? undefined : history),
      }),
    },
    withDeadline: (at: number, ask: () => Promise<unknown>) => {
      deadline = at;
      return ask();
    },
  } as unknown as Client;
  expect(await fetchHistory(client, "w", "r")).toBe(history);
  expect(deadline - Date.now()).toBeLessThanOrEqual(30_000);
});
