import { sql } from "kysely";
import { callersOf } from "./callable-workflows.ts";
import type { TenantDb } from "./store.ts";

export type WorkflowDeletion =
  | "deleted"
  | "mismatch"
  | { readonly openRuns: number; readonly heldRuns: number; readonly callers: readonly string[] }
  | undefined;

/**
 * Deletes a workflow with its versions; ended runs of it stay, and so do the programs that they ran: what is masked in such a run, and any
 * past moment of it, is read from there. A key used again is another workflow.
 * @param options.ifRevision only while the draft is at it
 * @see docs/decisions/0128-programs-outlive-their-workflow.md
 * @returns undefined when there is no such workflow; otherwise nothing was deleted: so many runs have not
 *   ended, of which the starts of so many are held, and the published versions of the callers call it
 */
export async function deleteWorkflow(
  db: TenantDb,
  key: string,
  options: { readonly ifRevision?: number } = {},
): Promise<WorkflowDeletion> {
  const { rows } = await sql<{
    id: string;
    revision: number;
  }>`select id, revision from workflow_definitions where key = ${key} for update`.execute(db);
  const workflow = rows[0];
  if (workflow === undefined) return undefined;
  if (options.ifRevision !== undefined && options.ifRevision !== workflow.revision) return "mismatch";
  const open = await sql<{
    count: number;
    held: number;
  }>`select count(*)::int as count, count(held_for)::int as held from workflow_runs
    where workflow_id = ${workflow.id} and status not in ('SUCCEEDED', 'FAILED', 'CANCELED')`.execute(db);
  const { count: openRuns = 0, held: heldRuns = 0 } = open.rows[0] ?? {};
  const callers = (await callersOf(db, key)).map((caller) => caller.workflow).filter((caller) => caller !== key);
  if (openRuns > 0 || callers.length > 0) return { openRuns, heldRuns, callers: [...new Set(callers)] };
  await sql`insert into workflow_programs (tenant_id, program_hash, definition_hash, program)
    select tenant_id, program_hash, definition_hash, program from workflow_definition_versions
    where workflow_id = ${workflow.id} and program_hash in (
      select program_hash from workflow_runs where workflow_key = ${key} and workflow_id = ${workflow.id}
      union select unnest(lost_programs) from workflow_runs where lost_programs is not null)
    on conflict (tenant_id, program_hash) do nothing`.execute(db);
  await sql`delete from workflow_definitions where id = ${workflow.id}`.execute(db);
  return "deleted";
}
