import type { Variant } from "./variant.ts";

const common = {
  workflow: "ev-charging",
  payload: (baseUrl: string, run: string) => ({
    baseUrl,
    event: "charging.session-begun",
    stationId: "st-4",
    sessionId: run,
    driverId: "ada",
    pollMs: 40,
  }),
  startedBy: (baseUrl: string, run: string) => ({
    name: "charging.session-begun",
    payload: { baseUrl, station: "st-4", session: run, driver: "ada", pollMs: 40 },
    trigger: "session-begun",
  }),
  answers: {
    "POST /authorisations": { body: { id: "a-1" } },
    "POST /sessions/:id/start": { body: {} },
    "GET /sessions/:id": (turn: number) => ({
      body: turn < 2 ? { status: "charging", kwh: turn + 1 } : { status: "finished", kwh: 18.5 },
    }),
    "POST /bills": { body: { id: "b-1" } },
    "POST /debts": { body: {} },
    "POST /stations/:id/unlock": { body: {} },
    "POST /tickets": { body: { id: "t-1" } },
    "POST /notices": { status: 202 },
  },
  polls: "read-meter",
} as const;

const authorised = 'POST /authorisations {"driver":"ada","station":"st-4"}';
const started = 'POST /sessions/{run}/start {"authorisation":"a-1"}';
const toNotice = 'POST /notices {"to":"technicians","ticket":"t-1","station":"st-4"}';

const entered = ["symptom SUCCEEDED", "what-happened SUCCEEDED"];
const charged = [
  "session SUCCEEDED",
  "admission SUCCEEDED",
  "authorise SUCCEEDED",
  "power SUCCEEDED",
  "start SUCCEEDED",
  "charging SUCCEEDED",
  "begin SUCCEEDED",
];
const handedOver = ["faulted SUCCEEDED", "open-ticket SUCCEEDED", "notify SUCCEEDED", "handed-over SUCCEEDED"];

function turn(n: number, last: "SUCCEEDED" | "FAILED" = "SUCCEEDED"): string[] {
  return [
    `pause[${n}] SUCCEEDED`,
    `read-meter[${n}] SUCCEEDED`,
    `note-meter[${n}] SUCCEEDED`,
    `broke-down[${n}] ${last}`,
  ];
}

export const evCharging: readonly Variant[] = [
  {
    ...common,
    title: "[ACC-02] authorised, started, polled until it is finished, billed",
    status: "SUCCEEDED",
    output: { status: "billed", sessionId: "{run}", kwh: 18.5, billId: "b-1" },
    state: "billed",
    trace: [
      ...entered,
      ...charged,
      "until-finished SUCCEEDED",
      ...turn(0),
      ...turn(1),
      ...turn(2),
      "billing SUCCEEDED",
      "payment SUCCEEDED",
      "bill SUCCEEDED",
      "billed SUCCEEDED",
      "ended SUCCEEDED",
    ],
    effects: [authorised, started, 'POST /bills {"session":"{run}","driver":"ada","kwh":18.5}'],
  },
  {
    ...common,
    title: "[ACC-02] a driver who is refused: the inner catch, and nothing is started",
    answers: { ...common.answers, "POST /authorisations": { status: 403 } },
    status: "SUCCEEDED",
    output: { status: "refused", sessionId: "{run}", reason: "HTTP_403" },
    state: "refused",
    trace: [
      ...entered,
      "session SUCCEEDED",
      "admission SUCCEEDED",
      "authorise FAILED",
      "refused SUCCEEDED",
      "unlock SUCCEEDED",
      "not-admitted SUCCEEDED",
    ],
    effects: ["POST /stations/st-4/unlock"],
  },
  {
    ...common,
    title: "[ACC-02] a station that breaks down while it charges: the outer catch, a ticket, a notice",
    answers: {
      ...common.answers,
      "GET /sessions/:id": (n: number) => ({
        body: n < 1 ? { status: "charging", kwh: 1 } : { status: "faulted", kwh: 1, fault: "Relay stuck" },
      }),
    },
    status: "SUCCEEDED",
    output: { status: "faulted", stationId: "st-4", ticketId: "t-1" },
    state: "faulted",
    trace: [
      ...entered,
      ...charged,
      "until-finished FAILED",
      ...turn(0),
      ...turn(1, "FAILED"),
      "stopped[1] FAILED",
      "note-fault SUCCEEDED",
      ...handedOver,
    ],
    effects: [
      authorised,
      started,
      'POST /tickets {"station":"st-4","symptom":"Relay stuck","session":"{run}"}',
      toNotice,
    ],
  },
  {
    ...common,
    title: "[ACC-02] the other start: a station reports its fault",
    payload: (baseUrl) => ({ baseUrl, event: "charging.station-faulted", stationId: "st-4", fault: "No power" }),
    startedBy: (baseUrl) => ({
      name: "charging.station-faulted",
      payload: { baseUrl, station: "st-4", fault: "No power" },
      trigger: "station-faulted",
    }),
    status: "SUCCEEDED",
    output: { status: "faulted", stationId: "st-4", ticketId: "t-1" },
    state: "faulted",
    trace: [...entered, "reported SUCCEEDED", ...handedOver],
    effects: ['POST /tickets {"station":"st-4","symptom":"No power"}', toNotice],
  },
];
