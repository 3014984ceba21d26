import type { Variant } from "./variant.ts";

const devices = ["pc-1", "pc-2", "pc-3", "pc-4"].map((id) => ({ id }));
const common = {
  workflow: "ticket-to-resolution",
  calls: ["notify-customer"],
  answers: {
    "GET /customers/:id": { body: { name: "Bakery Sample", channel: "sms" } },
    "GET /devices": { body: { devices } },
    "POST /devices/:id/scripts": { body: { outcome: "done" } },
    "POST /sms": { body: { id: "ms-1" } },
    "POST /tickets/:id/close": { status: 204 },
  },
  payload: (baseUrl: string, run: string) => ({
    baseUrl,
    ticketId: run,
    customerId: "c-1",
    category: "disk-full",
    text: "No space left",
  }),
  startedBy: created("disk-full"),
} as const;

function created(category: string): NonNullable<Variant["startedBy"]> {
  return (baseUrl, run) => ({
    name: "ticket.created",
    payload: { baseUrl, id: run, customer: "c-1", category, text: "No space left" },
    trigger: "created",
  });
}

const begun = [
  "opened SUCCEEDED",
  "enrich SUCCEEDED",
  "look-up-customer SUCCEEDED",
  "look-up-devices SUCCEEDED",
  "classify SUCCEEDED",
];
const confirmed = [
  "resolved SUCCEEDED",
  "tell-resolved SUCCEEDED",
  "until-confirmed SUCCEEDED",
  "in-time[0] SUCCEEDED",
  "confirmation[0] SUCCEEDED",
  "closed SUCCEEDED",
  "close SUCCEEDED",
  "done SUCCEEDED",
];
const script = (id: string): string =>
  `POST /devices/${id}/scripts {"script":"clean-temporary-files","ticket":"{run}"}`;
const told = (text: string): string => `POST /sms {"to":"c-1","text":"Please confirm: ${text}"}`;
const close = (resolution: string): string =>
  `POST /tickets/{run}/close {"resolution":"${resolution}","confirmed":true}`;
const fixed = "Ran clean-temporary-files on 3 of 4 devices";

export const ticketToResolution: readonly Variant[] = [
  {
    ...common,
    title:
      "[ACC-08] a known fix on every device, the error of one collected; told by a child; confirmed within business days",
    // The route that is named first counts: one device is gone.
    answers: { "POST /devices/pc-2/scripts": { status: 410 }, ...common.answers },
    async play({ waits, event, expectBusinessWait }) {
      await waits("confirmation[0]");
      await expectBusinessWait("confirmation", 2);
      await event("ticket.confirmed", {});
    },
    status: "SUCCEEDED",
    output: {
      ticketId: "{run}",
      customer: "Bakery Sample",
      resolution: fixed,
      failedDevices: ["pc-2"],
      toldBy: "sms",
      confirmed: true,
      chased: 0,
    },
    state: "closed",
    trace: [
      ...begun,
      "clean-up SUCCEEDED",
      "start SUCCEEDED",
      "known SUCCEEDED",
      "fixing SUCCEEDED",
      "each-device SUCCEEDED",
      "run-script[0] SUCCEEDED",
      "run-script[1] FAILED",
      "run-script[2] SUCCEEDED",
      "run-script[3] SUCCEEDED",
      "note-fix SUCCEEDED",
      ...confirmed,
    ],
    effects: [script("pc-1"), script("pc-3"), script("pc-4"), told(fixed), close(fixed)],
    children: ["notify-customer SUCCEEDED"],
    inAnyOrder: true,
  },
  {
    ...common,
    title: "[ACC-08] no known fix: a task by skill, whose answer is the resolution",
    payload: (baseUrl, run) => ({ ...common.payload(baseUrl, run), category: "network" }),
    startedBy: created("network"),
    async play({ answer, waits, event }) {
      await answer("technician", { resolution: "Replaced the switch" });
      await waits("confirmation[0]");
      await event("ticket.confirmed", {});
    },
    status: "SUCCEEDED",
    output: {
      ticketId: "{run}",
      customer: "Bakery Sample",
      resolution: "Replaced the switch",
      failedDevices: [],
      toldBy: "sms",
      confirmed: true,
      chased: 0,
    },
    state: "closed",
    trace: [
      ...begun,
      "network SUCCEEDED",
      "start SUCCEEDED",
      "known SUCCEEDED",
      "assigned SUCCEEDED",
      "technician SUCCEEDED",
      "note-answer SUCCEEDED",
      ...confirmed,
    ],
    effects: [told("Replaced the switch"), close("Replaced the switch")],
    children: ["notify-customer SUCCEEDED"],
  },
  {
    ...common,
    title: "[ACC-08] cancelled while it waits for the customer",
    payload: (baseUrl, run) => ({ ...common.payload(baseUrl, run), category: "licence" }),
    startedBy: created("licence"),
    async play({ answer, waits, world, runId }) {
      await answer("technician", { resolution: "Bought one" });
      await waits("confirmation[0]");
      await world.cancel(runId);
    },
    status: "CANCELED",
    error: "CANCELED",
    state: "resolved",
    trace: [
      ...begun,
      "general SUCCEEDED",
      "start SUCCEEDED",
      "known SUCCEEDED",
      "assigned SUCCEEDED",
      "technician SUCCEEDED",
      "note-answer SUCCEEDED",
      "resolved SUCCEEDED",
      "tell-resolved SUCCEEDED",
      "until-confirmed CANCELED",
      "in-time[0] CANCELED",
      "confirmation[0] CANCELED",
    ],
    effects: [told("Bought one")],
    children: ["notify-customer SUCCEEDED"],
  },
];
