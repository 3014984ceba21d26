import { sql } from "kysely";
import { instant, instantOrNull } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { loadColumns } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

/** What the API shows of an invocation. */
export interface InvocationRow {
  readonly id: string;
  readonly key: string;
  readonly commandId: string;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly execution: number;
  readonly action: string;
  readonly effect: string;
  readonly status: string;
  readonly input: unknown;
  readonly inputHash: string;
  readonly output: unknown;
  readonly error: unknown;
  /** Outcomes that were reported. */
  readonly attempts: number;
  /** What a try that had timed out brought after all. */
  readonly late: unknown;
  readonly reusedFrom: string | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

/** Invocations of a run in the order of their step executions. */
export async function invocationsOf(db: TenantDb, runId: string, request: PageRequest): Promise<Page<InvocationRow>> {
  const keyOf = (row: InvocationRow): [number, string] => [row.execution, row.id];
  return readPage(
    { db, list: "invocations", filter: { runId }, request, key: ["integer", "uuid"], keyOf },
    async (after, limit) => {
      const { rows } = await sql<
        Omit<InvocationRow, "startedAt" | "finishedAt"> & { startedAt: Date; finishedAt: Date | null }
      >`
      select id, key, command_id as "commandId", step_id as "stepId", step_path as "stepPath", iteration, execution, action, effect, status,
        input_json as input, input_hash as "inputHash", output_json as output, error_json as error, reported_attempts as attempts,
        late_json as late, reused_from as "reusedFrom", started_at as "startedAt", finished_at as "finishedAt"
      from workflow_action_invocations
      where run_id = ${runId} and (${after === undefined}::boolean or (execution, id) > (${Number(after?.[0] ?? 0)}::int, ${after?.[1] ?? null}::uuid))
      order by execution, id limit ${limit}`.execute(db);
      const loaded = await loadColumns(db, rows, ["input", "output", "late"]);
      return loaded.map((row) => ({
        ...row,
        startedAt: instant(row.startedAt),
        finishedAt: instantOrNull(row.finishedAt),
      }));
    },
  );
}
