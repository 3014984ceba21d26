import { workflowIdOf, type JournalEntry } from "@mainspring/core";
import type { Client } from "@temporalio/client";
import type { DataConverter } from "@temporalio/common";
import type { temporal } from "@temporalio/proto";
import { Worker, type InjectedSinks, type WorkflowBundle } from "@temporalio/worker";
import { fetchHistory } from "../temporal/fetch-history.ts";
import { traceSinks } from "../tracing/activity-spans.ts";
import type { JournalSinks } from "../workflow/journal-sink.ts";
import { replayBundle } from "./replay-bundle.ts";

type History = temporal.api.history.v1.IHistory;

export interface HistoryParts {
  readonly client: Client;
  readonly dataConverter: DataConverter;
  readonly bundle: WorkflowBundle;
}

/** The histories of a run's chain, oldest execution first. After a reset it is the chain that counts now. */
export async function chainOf(client: Client, runId: string): Promise<History[]> {
  const chain: History[] = [];
  const workflowId = workflowIdOf(runId);
  for (let execution: string | undefined = (await client.workflow.getHandle(workflowId).describe()).runId; execution;) {
    const history: History = await fetchHistory(client, workflowId, execution);
    chain.unshift(history);
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    execution = started?.continuedExecutionRunId || undefined;
  }
  return chain;
}

/**
 * A run's journal, written again by the same shell code over its histories: no second implementation that could agree with itself.
 * @throws what the replay throws, such as a DeterminismViolationError
 */
export async function journalFromHistory(parts: HistoryParts, runId: string): Promise<JournalEntry[]> {
  return journalOfChain(parts, runId, await chainOf(parts.client, runId));
}

/** The same of histories that are at hand. */
export async function journalOfChain(
  parts: Pick<HistoryParts, "dataConverter" | "bundle">,
  runId: string,
  chain: readonly History[],
): Promise<JournalEntry[]> {
  const bySeq = new Map<number, JournalEntry>();
  const sinks: InjectedSinks<JournalSinks> = {
    journal: {
      append: {
        fn: (_, entries) => {
          for (const entry of entries) bySeq.set(entry.seq, entry);
        },
        callDuringReplay: true,
      },
    },
  };
  for (const history of chain) {
    await Worker.runReplayHistory(
      {
        workflowBundle: replayBundle(parts.bundle),
        dataConverter: parts.dataConverter,
        sinks: { ...sinks, ...traceSinks },
      },
      history,
      workflowIdOf(runId),
    );
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
