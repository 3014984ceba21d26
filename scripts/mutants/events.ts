import type { Mutant } from "./mutant.ts";

const inbox = { package: "store", file: "inbox.ts", tests: ["inbox.integration.test.ts"] } as const;
const letters = { package: "store", file: "dead-letters.ts", tests: ["dead-letters.integration.test.ts"] } as const;
const deliveries = { package: "store", file: "deliveries.ts", tests: ["early-events.integration.test.ts"] } as const;
const stream = {
  package: "runtime",
  file: "stream/consumer.ts",
  tests: ["stream/stream.integration.test.ts"],
} as const;

/** Faults in how events come in, are kept, and reach runs. */
export const eventMutants: readonly Mutant[] = [
  {
    ...inbox,
    what: "an id that comes again with another body is taken for the same event",
    before: 'row.bodyHash === event.bodyHash ? "duplicate"',
    after: 'row.bodyHash.length === event.bodyHash.length ? "duplicate"',
  },
  {
    ...inbox,
    what: "an event that one worker has is given to another",
    before: "e.due_at <= now() and e.state in ('pending', 'failed', 'processing')",
    after: "e.state in ('pending', 'failed', 'processing')",
  },
  {
    ...inbox,
    what: "events of one key overtake each other",
    before: "            and before.state in ('pending', 'processing'))",
    after: "            and before.state in ('dead'))",
  },
  {
    ...inbox,
    what: "a worker whose claim has expired ends an event that another has",
    before: "where id = ${id} and worker = ${done.worker} and state = 'processing'",
    after: "where id = ${id} and ${done.worker}::text is not null and state = 'processing'",
  },
  {
    ...letters,
    what: "redelivery tells runs again what they were told",
    before: "where event_id = ${id} and state = 'failed' and verdict_seq is null returning id",
    after: "where event_id = ${id} and state in ('failed', 'delivered') returning id",
  },
  {
    ...letters,
    what: "what never was an event is redelivered",
    before: '  if (event.refused) return { result: "refused" };\n',
    after: "",
  },
  {
    ...letters,
    what: "a delivery that is still tried is among the dead letters",
    before: "where d.state = 'failed' and d.due_at is null and coalesce(",
    after: "where d.state = 'failed' and coalesce(",
  },
  {
    ...deliveries,
    tests: ["packages/runtime/src/ingestion/ingestion.integration.test.ts", "early-events.integration.test.ts"],
    what: "a run is signalled as often as an event is offered to it",
    before: "on conflict (tenant_id, event_id, run_id) do nothing returning id`",
    after: "on conflict (tenant_id, event_id, run_id) do update set updated_at = now() returning id`",
  },
  {
    ...deliveries,
    what: "a report of the signal undoes what the run has said of its event",
    before: "and verdict_seq is null and state in ('pending', 'failed', 'delivered')",
    after: "and state is not null",
  },
  {
    ...deliveries,
    what: "what was kept for a wait is not given back when that closes",
    before: "  if (closed.waitIds.length === 0) return;",
    after: "  if (closed.waitIds.length >= 0) return;",
  },
  {
    ...stream,
    what: "an entry of the stream is acknowledged before it is stored",
    before: "await parts.take(key, entries)",
    after: `await (async () => {
      await client.xAck(
        key,
        settings.group,
        entries.map(({ entryId }) => entryId),
      );
      return parts.take(key, entries);
    })()`,
  },
  {
    ...stream,
    what: "what a consumer died with is taken over by nobody",
    before: "      claimedAtMs = Date.now();\n      await claimIdle(keys);\n",
    after: "      claimedAtMs = Date.now();\n",
  },
];
