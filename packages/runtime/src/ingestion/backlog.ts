import { countBacklog, type TenantDb } from "@mainspring/store";

/** Refuses events of a tenant that has too many that are not routed yet. */
export interface BacklogGate {
  readonly max: number;
  isFull(db: TenantDb, adding: number): Promise<boolean>;
  /** So many more are about to be committed. */
  added(tenantId: string, count: number): void;
}

export const backlogVariable = "MAINSPRING_INBOX_BACKLOG_MAX";
export const backlogMaxDefault = 100_000;

const countedForMs = 1_000;

/**
 * Counting costs as much as there is to count, so a count that leaves room is good for a second, with what came through here since added to it;
 * one that does not is made anew before anything is refused.
 */
export function createBacklogGate(max: number, nowMs: () => number = () => performance.now()): BacklogGate {
  const known = new Map<string, { count: number; readonly atMs: number }>();
  return {
    max,
    async isFull(db, adding) {
      const last = known.get(db.tenantId);
      if (last !== undefined && nowMs() - last.atMs < countedForMs && last.count + adding <= max) return false;
      const count = await countBacklog(db, max + 1);
      known.set(db.tenantId, { count, atMs: nowMs() });
      return count + adding > max;
    },
    added(tenantId, count) {
      const last = known.get(tenantId);
      if (last !== undefined) last.count += count;
    },
  };
}

/** @throws Error that names the variable */
export function backlogFromEnvironment(env: NodeJS.ProcessEnv): BacklogGate {
  const text = env[backlogVariable];
  const max = Number(text === undefined || text === "" ? backlogMaxDefault : text);
  if (!Number.isInteger(max) || max < 1 || max > 100_000_000)
    throw new Error(`${backlogVariable} is ${text}: set it to a whole number from 1 to 100000000`);
  return createBacklogGate(max);
}
