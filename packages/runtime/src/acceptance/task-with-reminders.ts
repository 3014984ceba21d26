import type { Variant } from "./variant.ts";

const common = {
  workflow: "task-with-reminders",
  payload: (baseUrl: string) => ({
    baseUrl,
    title: "Sign the lease",
    assignee: "ada",
    lead: "ben",
    intervalMs: 60_000,
  }),
  answers: { "POST /reminders": { status: 202 }, "POST /escalations": { status: 202 } },
} as const;

const reminder = (number: number): string => `POST /reminders {"to":"ada","title":"Sign the lease","number":${number}}`;
const escalated = 'POST /escalations {"to":"ben","about":"ada","title":"Sign the lease","reminders":3}';
const turn = (n: number): string[] => ["interval", "remind", "count", "enough"].map((id) => `${id}[${n}] SUCCEEDED`);
const escalation = ["escalate[2] SUCCEEDED", "escalated[2] SUCCEEDED", "note-escalation[2] SUCCEEDED"];
const asked = ["asked SUCCEEDED", "plan SUCCEEDED", "race SUCCEEDED"];

export const taskWithReminders: readonly Variant[] = [
  {
    ...common,
    title: "[ACC-04] done before the first reminder: there is none",
    async play({ answer }) {
      await answer("answer", { done: true });
    },
    status: "SUCCEEDED",
    output: { status: "answered", done: true, by: "somebody", reminders: 0, escalated: false },
    state: "answered",
    trace: [
      ...asked,
      "answer SUCCEEDED",
      "each-interval CANCELED",
      "interval[0] CANCELED",
      "in-the-end SUCCEEDED",
      "answered SUCCEEDED",
      "done SUCCEEDED",
    ],
    effects: [],
  },
  {
    ...common,
    title: "[ACC-04] nobody answers: a reminder each interval, escalated after three, given up after five",
    payload: (baseUrl) => ({ ...common.payload(baseUrl), intervalMs: 120, remindersMax: 5 }),
    status: "SUCCEEDED",
    output: { status: "given-up", reminders: 5, escalated: true },
    state: "given-up",
    trace: [
      ...asked,
      "answer CANCELED",
      "each-interval SUCCEEDED",
      ...[0, 1, 2, 3, 4].flatMap(turn),
      ...escalation,
      "last-interval SUCCEEDED",
      "in-the-end SUCCEEDED",
      "given-up SUCCEEDED",
      "nobody SUCCEEDED",
    ],
    effects: [reminder(1), reminder(2), reminder(3), escalated, reminder(4), reminder(5)],
  },
];
