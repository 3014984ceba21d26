export const inboxViews = ["mine", "open", "closed"] as const;
export type InboxView = (typeof inboxViews)[number];

/** What the address of the inbox holds. */
export interface InboxSearch {
  readonly show?: InboxView;
  /** The task whose form is open. */
  readonly task?: string;
}

export function readInboxSearch(search: Record<string, unknown>): InboxSearch {
  const show = inboxViews.find((view) => view === search["show"]);
  const task = search["task"];
  return {
    ...(show === undefined || show === "mine" ? {} : { show }),
    ...(typeof task === "string" && task !== "" ? { task } : {}),
  };
}

/** The task to go on with after `done`: the one that stood below it, else the one above. */
export function nextTask(ids: readonly string[], done: string): string | undefined {
  const at = ids.indexOf(done);
  return at < 0 ? ids[0] : (ids[at + 1] ?? ids[at - 1]);
}
