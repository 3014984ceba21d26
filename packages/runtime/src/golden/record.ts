import type { BlobPort } from "../codec/payload-codec.ts";
import { chainOf, journalFromHistory } from "../rebuild/journal-from-history.ts";
import { converterOf } from "../temporal/data-converter.ts";
import { storeBlobs } from "../temporal/store-blobs.ts";
import { storeKeys } from "../temporal/store-keys.ts";
import type { Bounds } from "../workflow/bounds.ts";
import { newWorld, type World } from "../testing/world.ts";
import { until } from "../testing/until.ts";
import { goldenActions } from "./actions.ts";
import { goldenCases, type GoldenCase } from "./cases.ts";
import { goldenNames, writeGoldenRun } from "./folder.ts";
import { journalHashOf } from "./replay.ts";
import { goldenCallees } from "./subjects.ts";

const atOnce = 8;

/** Runs the cases that have no histories yet on the real stack, plain and some in a chain of executions, and keeps their histories. */
export async function recordGolden(say: (line: string) => void): Promise<number> {
  const there = new Set(goldenNames());
  const world = await newWorld({ actions: goldenActions });
  let recorded = 0;
  try {
    for (const callee of goldenCallees) await world.publish(callee);
    const chained = goldenCases.filter(({ semantics, name }) => semantics === 2 && name.includes("-alone-"));
    const passes: readonly [string, readonly GoldenCase[], Partial<Bounds>][] = [
      ["", goldenCases, {}],
      ["-chain", chained, { remoteSteps: 1, steps: 1 }],
    ];
    for (const [suffix, cases, bounds] of passes) {
      await world.startWorker({ bounds });
      const queue = cases.filter(({ name }) => !there.has(`${name}${suffix}`)).values();
      const lane = async (): Promise<void> => {
        for (const one of queue) {
          await recordOne(world, one, suffix);
          recorded++;
          say(`${recorded} ${one.name}${suffix}`);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
      await world.stopWorkers();
    }
  } finally {
    await world.close();
  }
  return recorded;
}

async function recordOne(world: World, one: GoldenCase, suffix: string): Promise<void> {
  const run = `${one.name}${suffix}`;
  await world.publish(one.definition);
  const runId = await world.start(one.definition.workflow, { run, n: 7, items: [1, 2, 3] });
  await drive(world, one, { run, runId });
  await world.ended(runId);
  const blobs: Record<string, string> = {};
  const kept = storeBlobs(world.store);
  const noting: BlobPort = {
    put: kept.put,
    async get(tenantId, hash) {
      const bytes = await kept.get(tenantId, hash);
      if (bytes !== undefined) blobs[hash] = Buffer.from(bytes).toString("base64");
      return bytes;
    },
  };
  const parts = {
    client: world.client,
    bundle: world.bundle,
    dataConverter: converterOf({ blobs: noting, keys: storeKeys(world.store) }),
  };
  const journal = await journalFromHistory(parts, runId).catch((error: unknown) => {
    throw new Error(`${run} (${runId}) cannot be replayed`, { cause: error });
  });
  const journalHash = journalHashOf(journal);
  writeGoldenRun({
    name: run,
    runId,
    stepType: one.subject.type,
    journalHash,
    chain: await chainOf(world.client, runId),
    blobs,
  });
}

/** What people and producers do while the run goes on. */
async function drive(
  world: World,
  { subject }: GoldenCase,
  { run, runId }: { readonly run: string; readonly runId: string },
): Promise<void> {
  const send = async (): Promise<void> => {
    for (const payload of subject.events ?? []) await world.event({ name: "gold.event", correlationKey: run, payload });
  };
  if (subject.early === true) return send();
  if (subject.events !== undefined) {
    await world.waiting(runId);
    return send();
  }
  const { answer } = subject;
  if (answer !== undefined) {
    // A row is there before the task that wrote it is complete: what it says may be said anew, and then it is asked again.
    await until(`${run} takes its answer`, async () => {
      const open = (await world.tasks(runId)).find(({ status }) => status === "OPEN");
      return open === undefined ? undefined : (await world.answer(open.id, answer)).status;
    });
    return;
  }
  const { cancelAt } = subject;
  if (cancelAt === undefined) return;
  await until(`${cancelAt} of ${run} is under way`, async () =>
    (await world.trace(runId)).some((line) => [`${cancelAt} WAITING`, `${cancelAt} RUNNING`].includes(line))
      ? true
      : undefined,
  );
  await world.cancel(runId);
}
