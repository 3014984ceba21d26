import { createHash } from "node:crypto";
import { canonicalJson, workflowIdOf, type JournalEntry } from "@mainspring/core";
import { Worker, type InjectedSinks, type WorkflowBundle } from "@temporalio/worker";
import type { KeyPort } from "../codec/encryption-codec.ts";
import type { BlobPort } from "../codec/payload-codec.ts";
import { converterOf } from "../temporal/data-converter.ts";
import { traceSinks } from "../tracing/activity-spans.ts";
import type { JournalSinks } from "../workflow/journal-sink.ts";
import type { GoldenRun } from "./folder.ts";

export interface Replayed {
  readonly name: string;
  /** Why the code does not give what was recorded; undefined: it does. */
  readonly difference?: string;
}

/** Replays the runs with workflow code as it is now. Neither a server nor a database is asked. */
export async function replayGolden(runs: readonly GoldenRun[], bundle: WorkflowBundle): Promise<Replayed[]> {
  const entries = new Map<string, Map<number, JournalEntry>>();
  const sinks: InjectedSinks<JournalSinks> = {
    journal: {
      append: {
        fn: ({ workflowId }, appended) => {
          const known = entries.get(workflowId) ?? new Map<number, JournalEntry>();
          entries.set(workflowId, known);
          for (const entry of appended) known.set(entry.seq, entry);
        },
        callDuringReplay: true,
      },
    },
  };
  const histories = runs.flatMap(({ runId, chain }) =>
    chain.map((history) => ({ workflowId: workflowIdOf(runId), history })),
  );
  const failures = new Map<string, string>();
  const results = Worker.runReplayHistories(
    {
      workflowBundle: bundle,
      dataConverter: converterOf({ blobs: blobsOf(runs), keys: noKeys }),
      sinks: { ...sinks, ...traceSinks },
    },
    histories,
  );
  for await (const { workflowId, error } of results)
    if (error !== undefined && !failures.has(workflowId)) failures.set(workflowId, error.message);
  return runs.map(({ name, runId, journalHash }) => {
    const failure = failures.get(workflowIdOf(runId));
    if (failure !== undefined) return { name, difference: failure };
    const hash = journalHashOf([...(entries.get(workflowIdOf(runId))?.values() ?? [])]);
    return hash === journalHash
      ? { name }
      : { name, difference: "The run goes the same way through Temporal, and its journal is another" };
  });
}

export function journalHashOf(entries: readonly JournalEntry[]): string {
  const inOrder = entries.toSorted((a, b) => a.seq - b.seq);
  return createHash("sha256")
    .update(canonicalJson(inOrder as never))
    .digest("hex");
}

function blobsOf(runs: readonly GoldenRun[]): BlobPort {
  const blobs = new Map(runs.flatMap((run) => Object.entries(run.blobs)));
  return {
    // It notes that what is there is in use.
    put: (_, bytes) => {
      const hash = createHash("sha256").update(bytes).digest("hex");
      return blobs.has(hash) ? Promise.resolve(hash) : Promise.reject(new Error("A replay stores nothing new"));
    },
    get: (_, hash) => {
      const text = blobs.get(hash);
      return Promise.resolve(text === undefined ? undefined : Buffer.from(text, "base64"));
    },
  };
}

/** Golden histories are in clear. */
const noKeys: KeyPort = {
  newest: () => Promise.reject(new Error("A golden history is not sealed")),
  version: () => Promise.reject(new Error("A golden history is not sealed")),
};
