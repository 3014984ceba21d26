import type { Mutant } from "./mutant.ts";

const fenced = { package: "store", tests: ["fence.integration.test.ts"] } as const;
const shell = { package: "runtime", tests: ["workflow/bounds.integration.test.ts"] } as const;

/** Faults in what carries a run through crashes: launcher, shell, fence, ledger, reconciler. */
export const engineMutants: readonly Mutant[] = [
  {
    package: "runtime",
    file: "launcher/launch.ts",
    what: "a run is marked as started before Temporal is asked",
    before: "  const started = await handOver(row, () =>\n",
    after: `  await parts.store.tenant(tenantId, (db) =>
    markStart(db, inserted.runId, { result: "started", temporalRunId: "soon" }, { nextAt: new Date() }),
  );
  const started = await handOver(row, () =>
`,
    tests: ["launcher/launch.integration.test.ts"],
  },
  {
    package: "runtime",
    file: "activities/flush.ts",
    what: "a wait is registered after the inbox was read",
    before: "  await writeEntries(dependencies, args);\n  const taken",
    after: "  setTimeout(() => void writeEntries(dependencies, args), 20);\n  const taken",
    tests: ["ingestion/ingestion.integration.test.ts"],
  },
  {
    package: "runtime",
    file: "activities/idempotency-key.ts",
    what: "a key leaves the iteration out",
    before: "stepPath, [...iteration], call.input]",
    after: "stepPath, [...iteration].slice(0, 0), call.input]",
    tests: ["activities/idempotency-key.test.ts"],
  },
  {
    package: "store",
    file: "launch.ts",
    what: "a cancel writes the run's row itself",
    before: "    update workflow_runs set\n      cancel_requested_at = case",
    after:
      "    update workflow_runs set status = 'CANCELED', completed_at = now(), confirmed_at = now(),\n      cancel_requested_at = case",
    tests: ["packages/runtime/src/workflow/undoing.integration.test.ts"],
  },
  {
    ...shell,
    file: "workflow/shell.ts",
    what: "a continue-as-new is swallowed",
    before: "        if (this.#journal.empty) await this.#continueAsNew();\n",
    after: "        if (this.#journal.empty) await this.#continueAsNew().catch(() => undefined);\n",
  },
  {
    ...shell,
    file: "workflow/shell.ts",
    what: "a run continues as new though calls are in flight",
    before: "      this.#intake.inFlight > 0 ||\n      !this.#tasks.quiet ||",
    after: "      !this.#tasks.quiet ||",
  },
  {
    package: "runtime",
    file: "workflow/journal-buffer.ts",
    what: "the entries of a call that failed are lost",
    before: "    this.#unsent = [...range, ...this.#unsent].sort((a, b) => a.seq - b.seq);\n",
    after: "",
    tests: ["workflow/journal-buffer.test.ts"],
  },
  {
    ...fenced,
    tests: ["journal.integration.test.ts"],
    file: "run-lock.ts",
    what: "the fence is removed: an older writer overwrites a newer one",
    before: "prepared`(run.fence_epoch, run.fence_ordinal, run.fence_history_length) <= (",
    after: "prepared`(0, 0, 0) <= (",
  },
  {
    ...fenced,
    tests: ["journal.integration.test.ts"],
    file: "run-lock.ts",
    what: "a segment commits though its token is gone",
    before: "run.segment_token is not distinct from ${token})",
    after: "${token}::text is not null)",
  },
  {
    ...fenced,
    file: "journal.ts",
    what: "entries of a try that failed stay",
    before: "delete from workflow_run_journal where run_id = ${runId} and seq >= ${nextSeq}",
    after: "delete from workflow_run_journal where run_id = ${runId} and seq >= ${nextSeq} + 100",
  },
  {
    ...fenced,
    tests: ["journal.integration.test.ts"],
    file: "journal.ts",
    what: "a late copy of a segment brings back calls whose entries stand no more",
    before: "  if (doubtful.length === 0) return invocations;",
    after: "  if (doubtful.length >= 0) return invocations;",
  },
  {
    package: "runtime",
    file: "activities/flush.ts",
    what: "a flush that is an activity of its own is fenced away by what came before it",
    before: "      isLocal\n        ? writeProvisional",
    after: "      isLocal || runId.length > 0\n        ? writeProvisional",
    tests: ["workflow/refused-writes.integration.test.ts"],
  },
  {
    package: "runtime",
    file: "workflow/shell.ts",
    what: "calls whose commit was refused have no rows",
    before:
      "      if (head.unwritten !== undefined) this.#writes.aside(undefined, withOutputs(head.unwritten, events));\n",
    after: "",
    tests: ["workflow/refused-writes.integration.test.ts"],
  },
  {
    package: "runtime",
    file: "activities/write-outcome.ts",
    what: "an outcome that the database refuses once is unknown",
    before: "for (const delayMs of delaysMs)",
    after: "for (const delayMs of delaysMs.slice(3))",
    tests: ["workflow/refused-writes.integration.test.ts"],
  },
  {
    ...fenced,
    tests: ["journal.integration.test.ts"],
    file: "journal.ts",
    what: "a flush that is an activity of its own takes the token of a segment behind it",
    before: "write.nextSeq === undefined ? newer >= 0 : newer > 0",
    after: "newer >= 0",
  },
  {
    package: "store",
    file: "quotas.ts",
    what: "calls side by side do not count what one of them is about to write",
    before: "const begun = run?.stepsBegun ?? stepsBegun(entries);",
    after: "const begun = stepsBegun(entries);",
    tests: ["quotas.integration.test.ts"],
  },
  {
    package: "store",
    file: "ledger.ts",
    what: "an effect that may be had once is had again after a crash",
    before: '      if (claim.effect === "once") {',
    after: '      if (claim.effect === "none") {',
    tests: ["ledger.integration.test.ts"],
  },
  {
    package: "store",
    file: "executions.ts",
    what: "a reset begins no new epoch",
    before: "  const epoch = epochNow + 1;",
    after: "  const epoch = epochNow;",
    tests: ["run-ends.integration.test.ts"],
  },
  {
    package: "runtime",
    file: "reconciler/confirm.ts",
    what: "an end is confirmed while the execution goes on",
    before: '  if (execution.status === "RUNNING") return "open";\n',
    after: "",
    tests: ["reconciler/confirm.integration.test.ts"],
  },
];
