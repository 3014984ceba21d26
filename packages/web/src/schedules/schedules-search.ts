export const scheduleStates = ["active", "paused", "disabled", "completed"] as const;
export type ScheduleStateWord = (typeof scheduleStates)[number];

/** What the address of the schedules holds. */
export interface SchedulesSearch {
  readonly state?: ScheduleStateWord;
  readonly workflow?: string;
  /** The schedule whose next times are open. */
  readonly schedule?: string;
}

export function readSchedulesSearch(search: Record<string, unknown>): SchedulesSearch {
  const state = scheduleStates.find((one) => one === search["state"]);
  const text = (name: string): string | undefined => {
    const value = search[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [workflow, schedule] = [text("workflow"), text("schedule")];
  return {
    ...(state === undefined ? {} : { state }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(schedule === undefined ? {} : { schedule }),
  };
}
