import type { Store } from "@mainspring/store";
import { temporalClient, type TemporalPlace } from "../temporal/connect.ts";
import { createSchedules, type Schedules } from "./schedules.ts";
import { temporalSchedules } from "./temporal-schedules.ts";

/** Schedules as the server works with them. Connects to Temporal when first used. */
export function createScheduleClient(
  options: TemporalPlace & { readonly store: Store },
): Schedules & { close(): Promise<void> } {
  const client = temporalClient(options.store, options);
  const schedules = createSchedules({ store: options.store, temporal: temporalSchedules(client) });
  return { ...schedules, close: () => client.connection.close() };
}
