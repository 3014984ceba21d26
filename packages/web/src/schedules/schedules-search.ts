export const scheduleStates = ["active", "paused", "disabled", "completed"] as const;
export type ScheduleStateWord = (typeof scheduleStates)[number];

/** What the address of the schedules holds. */
export interface SchedulesSearch {
  readonly state?: ScheduleStateWord;
  readonly workflow?: string;
  /** Left out: a list; by the days to come otherwise. */
  readonly by?: "day";
  /** The schedule whose details are open. */
  readonly schedule?: string;
  /** What is being written: a new one, or the one that is open. */
  readonly form?: "new" | "edit";
}

export function readSchedulesSearch(search: Record<string, unknown>): SchedulesSearch {
  const state = scheduleStates.find((one) => one === search["state"]);
  const text = (name: string, form: RegExp): string | undefined => {
    const value = search[name];
    return typeof value === "string" && form.test(value) ? value : undefined;
  };
  const form = (["new", "edit"] as const).find((one) => one === search["form"]);
  // What is no key or id would be refused by the server, and an address that somebody typed should still open.
  const [workflow, schedule] = [
    text("workflow", /^[a-z][a-z0-9-]{1,62}$/),
    text("schedule", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
  ];
  return {
    ...(search["by"] === "day" ? { by: "day" } : {}),
    ...(state === undefined ? {} : { state }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(form === undefined || (form === "edit" && schedule === undefined) ? {} : { form }),
  };
}
