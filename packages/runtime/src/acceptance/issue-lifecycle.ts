import type { Variant } from "./variant.ts";

const common = {
  workflow: "issue-lifecycle",
  payload: (baseUrl: string, run: string) => ({ baseUrl, issueId: run, title: "It crashes", text: "Help" }),
  startedBy: (baseUrl: string, run: string) => ({
    name: "issue.opened",
    payload: { baseUrl, number: run, title: "It crashes", text: "Help" },
    trigger: "opened",
  }),
  answers: {
    "POST /issues/:id/triage": (turn: number) => ({ body: turn === 0 ? { questions: ["Which version?"] } : {} }),
    "POST /issues/:id/comments": { body: {} },
    "POST /issues/:id/work": { body: {} },
    "POST /issues/:id/close": { body: {} },
  },
} as const;

const triaged = 'POST /issues/{run}/triage {"title":"It crashes","text":"Help"}';
const asked = 'POST /issues/{run}/comments {"questions":["Which version?"]}';
const opened = [
  "opened SUCCEEDED",
  "start SUCCEEDED",
  "life SUCCEEDED",
  "triage SUCCEEDED",
  "note-questions SUCCEEDED",
];

export const issueLifecycle: readonly Variant[] = [
  {
    ...common,
    title: "[ACC-03] asks, takes the reply of this issue that came before its wait, reworks once, closes",
    async play(acting) {
      const { world, run } = acting;
      // Of another issue: it stays where it is.
      await world.event({ name: "issue.replied", correlationKey: `${run}-other`, payload: { text: "Not mine" } });
      await acting.event("issue.replied", { text: "Version 3" });
      await acting.waits("review[0]");
      await acting.event("issue.reviewed", { verdict: "rework", text: "Still crashes" });
      await acting.waits("review[1]");
      await acting.event("issue.reviewed", { verdict: "maybe" });
      await acting.event("issue.reviewed", { verdict: "accepted" });
    },
    status: "SUCCEEDED",
    output: { issueId: "{run}", closed: "done", rounds: 2 },
    state: "accepted",
    trace: [
      ...opened,
      "until-clear SUCCEEDED",
      "awaiting-details[0] SUCCEEDED",
      "ask[0] SUCCEEDED",
      "reply[0] SUCCEEDED",
      "add-reply[0] SUCCEEDED",
      "triage-again[0] SUCCEEDED",
      "note-what-is-left[0] SUCCEEDED",
      "until-accepted SUCCEEDED",
      ...[0, 1].flatMap((n) =>
        ["in-work", "work", "in-review", "review", "note-review"].map((id) => `${id}[${n}] SUCCEEDED`),
      ),
      "accepted SUCCEEDED",
      "close SUCCEEDED",
      "done SUCCEEDED",
    ],
    effects: [
      triaged,
      asked,
      'POST /issues/{run}/triage {"title":"It crashes","text":"Help\\nVersion 3"}',
      'POST /issues/{run}/work {"round":1,"text":"Help\\nVersion 3"}',
      'POST /issues/{run}/work {"round":2,"text":"Help\\nVersion 3\\nStill crashes"}',
      'POST /issues/{run}/close {"reason":"done","rounds":2}',
    ],
  },
  {
    ...common,
    title: "[ACC-03] nobody answers: it closes after the quiet time",
    payload: (baseUrl, run) => ({ ...common.payload(baseUrl, run), quietMs: 400 }),
    startedBy: (baseUrl, run) => {
      const event = common.startedBy(baseUrl, run);
      return { ...event, payload: { ...event.payload, quietMs: 400 } };
    },
    status: "SUCCEEDED",
    output: { issueId: "{run}", closed: "quiet", rounds: 0, waitedAt: "reply" },
    state: "stale",
    trace: [
      ...opened,
      "until-clear FAILED",
      "awaiting-details[0] SUCCEEDED",
      "ask[0] SUCCEEDED",
      "reply[0] FAILED",
      "stale SUCCEEDED",
      "close-quiet SUCCEEDED",
      "fell-silent SUCCEEDED",
    ],
    effects: [triaged, asked, 'POST /issues/{run}/close {"reason":"quiet","waitedAt":"reply"}'],
  },
];
