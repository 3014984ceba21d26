import type { JournalEntry } from "@mainspring/core";
import { sql } from "kysely";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { acceptEvent } from "./inbox.ts";
import { newId } from "./ids.ts";
import { insertRun } from "./launch.ts";
import { projectWholeRun } from "./projection/whole-run.ts";
import { getRun } from "./runs.ts";
import type { TenantDb } from "./store.ts";
import { createTenant } from "./tenants.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { SimulatedTemporal } from "./testing/simulated-temporal.ts";

let database: ClonedDatabase;
let tenantId: string;
beforeAll(async () => {
  database = await clonedDatabase();
  ({ id: tenantId } = await database.store.platform((db) => createTenant(db, { name: "one" })));
});
afterAll(() => database.drop());

test("rows equal the projection of the journal at any time, and in the end that of the true history, in whatever order its writes and those of its ghosts come in", async () => {
  // Other histories: MAINSPRING_SEED.
  const runs = Number(process.env["MAINSPRING_FENCE_RUNS"] ?? 60);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0 }),
      fc.integer({ min: 1, max: 25 }),
      fc.boolean(),
      async (seed, steps, resetAfterEnd) => {
        const { runId, temporal } = await simulatedRun(seed);
        for (let i = 0; i < steps; i += 1) {
          await temporal.step();
          const { calls: _, ...rows } = await rowsOf(runId);
          expect(rows).toEqual(projectionOf(rows.journal));
        }
        await temporal.end();
        if (resetAfterEnd) {
          temporal.reset();
          await temporal.step();
          await temporal.end();
        }
        expect(await rowsOf(runId)).toEqual(truthOf(temporal)); // members that are undefined count as absent
      },
    ),
    { numRuns: runs },
  );
}, 600_000);

async function simulatedRun(seed: number): Promise<{ runId: string; temporal: SimulatedTemporal }> {
  const runId = newId();
  const eventIds = await database.store.tenant(tenantId, async (db) => {
    await insertRun(db, {
      id: runId,
      workflowKey: "w",
      version: 1,
      definitionHash: "d",
      programHash: "p",
      semantics: 2,
      input: null,
    });
    const ids = [];
    for (let i = 0; i < 3; i += 1) {
      const event = { source: "test", eventId: newId(), name: "e", payload: null, bodyHash: "b" };
      ids.push((await acceptEvent(db, event)).id);
    }
    return ids;
  });
  return { runId, temporal: new SimulatedTemporal(database.store, { tenantId, runId, eventIds }, seed) };
}

/** What the true history says, in the shape of `rowsOf`. */
function truthOf({ execution }: SimulatedTemporal): unknown {
  return { ...projectionOf(execution.entries), calls: execution.calls.map(({ key }) => key).sort() };
}

/** What entries say: computed from all of them at once, where the rows were computed write by write. */
function projectionOf(entries: readonly JournalEntry[]): object {
  const { run, steps, waits, tasks, verdicts } = projectWholeRun(
    entries.map((entry) => ({ seq: entry.seq, epoch: 1, entry })),
  );
  return {
    journal: entries,
    run: {
      status: run.status?.status ?? "QUEUED",
      output: run.status?.output ?? null,
      completedAt: run.status?.completedAt ?? null,
      finalStateHash: run.status?.finalStateHash ?? null,
      state: run.state ?? null,
      nodePath: run.nodePath,
      journalSeq: run.journalSeq,
      stepCount: run.stepCount,
    },
    steps: steps.map(({ outputJson, errorJson, ...step }) => ({
      ...step,
      epoch: undefined,
      output: parsed(outputJson),
      error: parsed(errorJson),
    })),
    waits: waits
      .map(({ waitId, execution: of, eventName, key, status, openedAt, resolvedAt, resolvedBy }) => ({
        waitId,
        execution: of,
        eventName,
        key,
        status,
        openedAt,
        resolvedAt,
        resolvedBy,
      }))
      .sort(byWaitId),
    tasks: tasks
      .map(({ answerJson, ...task }) => ({
        id: task.id,
        waitId: task.waitId,
        execution: task.execution,
        title: task.title,
        context: task.context ?? null,
        users: task.users,
        form: task.form ?? null,
        formName: task.formName,
        state: task.state,
        openedAt: task.openedAt,
        closedAt: task.closedAt,
        answer: parsed(answerJson),
        answeredBy: task.answeredBy,
        submissionId: task.submissionId,
        remindersSent: task.remindersSent,
        lastReminderAt: task.lastReminderAt,
      }))
      .sort(byWaitId),
    verdicts: verdicts
      .map(({ eventId, verdict, seq }) => ({ eventId, state: verdict, seq }))
      .sort((a, b) => (a.eventId < b.eventId ? -1 : 1)),
  };
}

async function rowsOf(runId: string): Promise<{ readonly journal: JournalEntry[]; readonly calls: string[] }> {
  return database.store.tenant(tenantId, async (db) => {
    const run = await getRun(db, runId);
    if (run === undefined) throw new Error("The run's row is gone.");
    const { status, output, completedAt, finalStateHash, state, nodePath, journalSeq, stepCount } = run;
    return {
      journal: (
        await all<{ entry: JournalEntry }>(
          db,
          `select entry from workflow_run_journal where run_id = '${runId}' order by seq`,
        )
      ).map(({ entry }) => entry),
      run: { status, output, completedAt, finalStateHash, state, nodePath, journalSeq, stepCount },
      steps: withInstants(
        await all(
          db,
          `select execution, step_id as "stepId", step_path as "stepPath", iteration, type, attempt, status, started_at as "startedAt",
          finished_at as "finishedAt", command_id as "commandId", output_json as output, error_json as error
          from workflow_run_steps where run_id = '${runId}' order by execution`,
        ),
      ),
      waits: withInstants(
        await all<{ waitId: string }>(
          db,
          `select wait_id as "waitId", execution, event_name as "eventName", key, status, opened_at as "openedAt",
          resolved_at as "resolvedAt", resolved_by as "resolvedBy" from workflow_run_waits where run_id = '${runId}'`,
        ),
      ).sort(byWaitId),
      tasks: withInstants(
        await all<{ waitId: string }>(
          db,
          `select id, wait_id as "waitId", execution, title, context, assign_users as users, form, form_name as "formName", state,
          opened_at as "openedAt", closed_at as "closedAt", answer, answered_by as "answeredBy", submission_id as "submissionId",
          reminders_sent as "remindersSent", last_reminder_at as "lastReminderAt" from workflow_tasks where run_id = '${runId}'`,
        ),
      ).sort(byWaitId),
      verdicts: await all(
        db,
        `select event_id as "eventId", state, verdict_seq as seq from workflow_event_deliveries
        where run_id = '${runId}' and verdict_seq is not null order by event_id`,
      ),
      calls: (await all<{ key: string }>(db, `select key from workflow_action_invocations where run_id = '${runId}'`))
        .map(({ key }) => key)
        .sort(),
    };
  });
}

async function all<R>(db: TenantDb, query: string): Promise<R[]> {
  return (await sql.raw<R>(query).execute(db)).rows;
}

function withInstants<R>(rows: readonly R[]): R[] {
  return JSON.parse(JSON.stringify(rows)) as R[];
}

function byWaitId(a: { readonly waitId: string }, b: { readonly waitId: string }): number {
  return a.waitId < b.waitId ? -1 : 1;
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
