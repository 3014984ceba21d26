import type { ReplyOf, contract } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import type { JournalEntry, Json } from "@mainspring/core";
import {
  descendantsOf,
  runDetailOf,
  getRun,
  getVersion,
  invocationsOf,
  journalOf,
  snapshotsOf,
  stepsOf,
  waitsOf,
} from "@mainspring/store";
import type { TenantDb } from "@mainspring/store";
import { presentInvocation, presentRun, presentSnapshot, presentStep, presentWait } from "./run.ts";
import { withInvocations } from "./effects.ts";
import { everyPage } from "./every-page.ts";
import type { Redaction } from "./redaction.ts";

type Exported = ReplyOf<(typeof contract)["runs"]["export"]["replies"][200]>["body"];

/** Everything recorded of a run, and the version that it follows, as one document. @throws MainspringError RUN_NOT_FOUND */
export async function exportOf(db: TenantDb, redaction: Redaction, runId: string): Promise<Exported> {
  const row = await getRun(db, runId);
  if (row === undefined) throw new MainspringError("RUN_NOT_FOUND");
  const redact = await redaction.ofRun(db, runId);
  const pinned = row.version === null ? undefined : await getVersion(db, row.workflowKey, row.version);
  // A key that was used again is another workflow: its versions are not this run's.
  const isPinned = pinned !== undefined && pinned.definitionHash === row.definitionHash;
  return {
    format: "mainspring.run/1",
    run: redact.run(
      await withInvocations(db, presentRun(row, await descendantsOf(db, runId), await runDetailOf(db, runId))),
    ),
    steps: (await everyPage((request) => stepsOf(db, runId, request))).map((step) => redact.step(presentStep(step))),
    waits: (await everyPage((request) => waitsOf(db, runId, request))).map((wait) => redact.wait(presentWait(wait))),
    invocations: (await everyPage((request) => invocationsOf(db, runId, request))).map((one) =>
      redact.invocation(presentInvocation(one)),
    ),
    journal: (await journalOf(db, runId)).map(
      (entry) => redact.entry(entry) as JournalEntry & { [member: string]: unknown },
    ),
    snapshots: (await everyPage((request) => snapshotsOf(db, runId, request))).map((one) => {
      const snapshot = presentSnapshot(one);
      return { ...snapshot, state: redact.value(snapshot.state) };
    }),
    definition: isPinned ? pinned.document : null,
    version: isPinned ? versionOf(pinned) : null,
  };
}

function versionOf(pinned: {
  readonly workflowKey: string;
  readonly version: number;
  readonly definitionHash: string;
  readonly programHash: string;
  readonly semantics: number;
  readonly publishedAt: string;
  readonly publishedBy: string | null;
}): { [name: string]: Json } {
  const { workflowKey, version, definitionHash, programHash, semantics, publishedAt, publishedBy } = pinned;
  return { workflow: workflowKey, version, definitionHash, programHash, semantics, publishedAt, publishedBy };
}
