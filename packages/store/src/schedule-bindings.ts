import { validate } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { changeSchedule, schedulesOf } from "./schedules.ts";
import type { TenantDb } from "./store.ts";

export interface Rebound {
  readonly scheduleId: string;
  /** `bound`: its payload fits the version; `disabled`: it did fit, and does no more; `misfit`: it does not, and its state stays. */
  readonly result: "bound" | "disabled" | "misfit";
}

/**
 * Compares the payloads of a workflow's schedules with a version that is being published, in its transaction. One that does not fit disables
 * an active schedule, with the reason; paused, disabled and completed ones keep their state. What Temporal has is touched only
 * where the state changes.
 */
export async function rebindSchedules(
  db: TenantDb,
  published: { readonly workflowId: string; readonly version: number; readonly payloadSchema: Json | null },
): Promise<Rebound[]> {
  const { workflowId, version, payloadSchema } = published;
  const rebound: Rebound[] = [];
  for (const { id, state, payload, disabledReason } of await schedulesOf(db, workflowId)) {
    const misfit = misfitOf(payloadSchema, payload, version);
    if (misfit === null) {
      // One that a misfit had disabled fits again; whether it starts anything again is for a person to say.
      const reason = disabledReason === null ? {} : { disabledReason: fitsAgain(disabledReason, version) };
      await changeSchedule(db, id, { boundVersion: version, misfit, ...reason });
      rebound.push({ scheduleId: id, result: "bound" });
    } else if (state === "active") {
      await changeSchedule(db, id, {
        state: "disabled",
        stateBy: "publish",
        disabledReason: misfit,
        misfit,
        boundVersion: version,
        resync: true,
      });
      rebound.push({ scheduleId: id, result: "disabled" });
    } else {
      await changeSchedule(db, id, { boundVersion: version, misfit });
      rebound.push({ scheduleId: id, result: "misfit" });
    }
  }
  return rebound;
}

/** @returns null: the payload fits */
export function misfitOf(payloadSchema: Json | null, payload: Json, version: number): Json {
  const problems = payloadSchema === null ? [] : validate(payloadSchema, payload);
  if (problems.length === 0) return null;
  return {
    code: "PAYLOAD_INVALID",
    message: `The payload does not fit version ${version} of the workflow.`,
    version,
    issues: problems.map(({ code, pointer, message }) => ({ code, pointer: `/payload${pointer}`, message })),
  };
}

function fitsAgain(reason: Json, version: number): Json {
  return typeof reason === "object" && reason !== null && !Array.isArray(reason)
    ? { ...reason, fitsSinceVersion: version }
    : reason;
}
