import type { Client } from "@mainspring/api";

/** Saves everything that is recorded of a run, as this person may see it, in a file. */
export async function exportRun(client: Client, runId: string): Promise<void> {
  const exported = await client.runs.export({ params: { id: runId } });
  const file = new Blob([`${JSON.stringify(exported, undefined, 2)}\n`], { type: "application/json" });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = `run-${runId}.json`;
  link.click();
  // The browser has taken the file over by the next turn.
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
