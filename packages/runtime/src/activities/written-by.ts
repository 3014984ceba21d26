import type { LogEntry } from "@mainspring/actions";
import type { Json } from "@mainspring/core";
import type { Call } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import type { Scrubber } from "./scrub.ts";

/** Where an action's lines go: into the worker's log, under its run and step, without secrets. */
export function writtenBy(
  { log }: Pick<ActivityDependencies, "log">,
  { tenantId, runId, call }: { readonly tenantId: string; readonly runId: string; readonly call: Call },
  scrubber: Scrubber,
): (entry: LogEntry) => void {
  return ({ level, message, data }) => {
    const fields: { readonly data?: Json } = data === undefined ? {} : { data: scrubber.json(data) };
    log.info({ runId, tenantId, stepId: call.place.stepId, level, ...fields }, scrubber.text(message));
  };
}
