import type { Variant } from "./variant.ts";

const common = {
  workflow: "pause-and-approve",
  payload: (baseUrl: string, run: string) => ({ baseUrl, release: run, soakMs: 100, pauseMs: 120_000 }),
  answers: {
    "POST /builds": { body: { id: "b-3" } },
    "DELETE /builds/:id": { status: 204 },
    "POST /builds/:id/archive": { body: {} },
    "POST /deployments": { body: { id: "d-8" } },
    "GET /deployments/:id": { body: { healthy: true } },
    "POST /rollbacks": { body: {} },
  },
} as const;

const built = 'POST /builds {"release":"{run}"}';
const yes = { approved: true, ring: "canary", users: 100 };
const deployed = 'POST /deployments {"build":"b-3","ring":"canary","users":100}';
const begun = ["build SUCCEEDED", "paused SUCCEEDED"];
const rolledOut = ["deploy SUCCEEDED", "deployed SUCCEEDED", "soaking SUCCEEDED", "soak SUCCEEDED", "check SUCCEEDED"];

export const pauseAndApprove: readonly Variant[] = [
  {
    ...common,
    title: "[ACC-07] an invalid answer is refused with its fields, a valid one releases",
    async play({ refused, answer }) {
      await refused("approve", { approved: true, ring: "everybody", users: 0 }, ["/answer/ring", "/answer/users"]);
      await answer("approve", yes);
    },
    status: "SUCCEEDED",
    outputs: { status: "released", release: "{run}", ring: "canary", users: 100, by: "somebody" },
    state: "released",
    trace: [
      ...begun,
      "pause SUCCEEDED",
      "approve SUCCEEDED",
      "answered-no SUCCEEDED",
      "rollout SUCCEEDED",
      ...rolledOut,
      "unhealthy SUCCEEDED",
      "released SUCCEEDED",
      "done SUCCEEDED",
    ],
    effects: [built, deployed],
  },
  {
    ...common,
    title: "[ACC-07] nobody answers: discarded",
    payload: (baseUrl, run) => ({ ...common.payload(baseUrl, run), pauseMs: 250 }),
    status: "SUCCEEDED",
    output: { status: "expired", release: "{run}" },
    state: "expired",
    trace: [
      ...begun,
      "pause SUCCEEDED",
      "approve FAILED",
      "expired SUCCEEDED",
      "discard SUCCEEDED",
      "nobody-answered SUCCEEDED",
    ],
    effects: [built, "DELETE /builds/b-3"],
  },
  {
    ...common,
    title: "[ACC-07] unhealthy while it soaks: its own handler rolls back",
    answers: { ...common.answers, "GET /deployments/:id": { body: { healthy: false, reason: "Too slow" } } },
    async play({ answer }) {
      await answer("approve", yes);
    },
    status: "SUCCEEDED",
    output: { status: "rolled-back", release: "{run}", reason: "RELEASE_UNHEALTHY" },
    state: "rolled-back",
    trace: [
      ...begun,
      "pause SUCCEEDED",
      "approve SUCCEEDED",
      "answered-no SUCCEEDED",
      "rollout SUCCEEDED",
      ...rolledOut,
      "unhealthy FAILED",
      "give-up FAILED",
      "roll-back SUCCEEDED",
      "rolled-back SUCCEEDED",
      "undone SUCCEEDED",
    ],
    effects: [built, deployed, 'POST /rollbacks {"release":"{run}","reason":"RELEASE_UNHEALTHY"}'],
  },
];
