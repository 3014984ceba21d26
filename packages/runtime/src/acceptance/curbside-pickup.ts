import type { Acting, Variant } from "./variant.ts";

const items = [{ sku: "tea", quantity: 2 }];

const common = {
  workflow: "curbside-pickup",
  payload: (baseUrl: string, run: string) => ({ baseUrl, orderId: run, storeId: "s-1", items }),
  answers: {
    "POST /reservations": { body: { id: "r-1" } },
    "POST /restocks": { body: {} },
    "POST /notices": { status: 202 },
    "POST /completions": { body: {} },
  },
} as const;

const reserved = 'POST /reservations {"orderId":"{run}","store":"s-1","items":[{"sku":"tea","quantity":2}]}';
const ready = 'POST /notices {"to":"customer","orderId":"{run}","text":"Your order is ready in bay 4"}';
const here = 'POST /notices {"to":"store","orderId":"{run}","text":"The customer is here: red van"}';
const restocked = 'POST /restocks {"orderId":"{run}","reservation":"r-1"}';
const calledOff = 'POST /notices {"to":"customer","orderId":"{run}","text":"The customer called it off"}';

async function packed(acting: Acting): Promise<void> {
  await acting.waits("packed");
  await acting.event("pickup.packed", { bay: 4 });
}

async function arrived(acting: Acting): Promise<void> {
  await packed(acting);
  await acting.waits("arrived");
  await acting.event("pickup.customer-arrived", { car: "red van" });
}

async function callsOff(acting: Acting): Promise<void> {
  await acting.event("pickup.called-off", {});
}

const before = ["accepted SUCCEEDED", "begin SUCCEEDED", "pickup SUCCEEDED"];
const untilPacked = [...before, "order FAILED", "reserve SUCCEEDED", "race SUCCEEDED", "three-answers CANCELED"];
const off = ["called-off SUCCEEDED", "how-it-ended FAILED", "off FAILED", "restock SUCCEEDED"];
const afterOff = ["restocked SUCCEEDED", "tell-end SUCCEEDED", "not-picked-up SUCCEEDED"];
const offOutput = { status: "restocked", orderId: "{run}", reason: "PICKUP_CALLED_OFF" };

export const curbsidePickup: readonly Variant[] = [
  {
    ...common,
    title: "[ACC-05] three answers in turn, and one that comes too early for its wait satisfies no other",
    async play(acting) {
      await acting.waits("packed");
      await acting.event("pickup.handed-over", { by: "ben" });
      await arrived(acting);
    },
    status: "SUCCEEDED",
    output: { status: "picked-up", orderId: "{run}", bay: 4, car: "red van", by: "ben" },
    state: "picked-up",
    trace: [
      ...before,
      "order SUCCEEDED",
      "reserve SUCCEEDED",
      "race SUCCEEDED",
      "three-answers SUCCEEDED",
      "called-off CANCELED",
      "packed SUCCEEDED",
      "ready SUCCEEDED",
      "tell-customer SUCCEEDED",
      "arrived SUCCEEDED",
      "arrived-state SUCCEEDED",
      "tell-store SUCCEEDED",
      "handed-over SUCCEEDED",
      "how-it-ended SUCCEEDED",
      "picked-up SUCCEEDED",
      "complete SUCCEEDED",
      "done SUCCEEDED",
    ],
    effects: [reserved, ready, here, 'POST /completions {"orderId":"{run}","by":"ben"}'],
  },
  {
    ...common,
    title: "[ACC-05] called off while it is packed: restocked once",
    async play(acting) {
      await acting.waits("packed");
      await callsOff(acting);
    },
    status: "SUCCEEDED",
    output: offOutput,
    state: "restocked",
    trace: [...untilPacked, "packed CANCELED", ...off, ...afterOff],
    effects: [reserved, restocked, calledOff],
  },
  {
    ...common,
    title: "[ACC-05] called off before the customer came: restocked once",
    async play(acting) {
      await packed(acting);
      await acting.waits("arrived");
      await callsOff(acting);
    },
    status: "SUCCEEDED",
    output: offOutput,
    state: "restocked",
    trace: [
      ...untilPacked,
      "packed SUCCEEDED",
      "ready SUCCEEDED",
      "tell-customer SUCCEEDED",
      "arrived CANCELED",
      ...off,
      ...afterOff,
    ],
    effects: [reserved, ready, restocked, calledOff],
  },
  {
    ...common,
    title: "[ACC-05] cancelled by an operator at the last wait: restocked once",
    async play(acting) {
      await arrived(acting);
      await acting.waits("handed-over");
      await acting.world.cancel(acting.runId);
    },
    status: "CANCELED",
    error: "CANCELED",
    state: "customer-waits",
    trace: [
      "accepted SUCCEEDED",
      "begin SUCCEEDED",
      "pickup CANCELED",
      "order CANCELED",
      "reserve SUCCEEDED",
      "race CANCELED",
      "three-answers CANCELED",
      "called-off CANCELED",
      "packed SUCCEEDED",
      "ready SUCCEEDED",
      "tell-customer SUCCEEDED",
      "arrived SUCCEEDED",
      "arrived-state SUCCEEDED",
      "tell-store SUCCEEDED",
      "handed-over CANCELED",
      "restock SUCCEEDED",
    ],
    effects: [reserved, ready, here, restocked],
  },
  {
    ...common,
    title: "[ACC-05] nobody comes in time: restocked once",
    payload: (baseUrl, run) => ({ ...common.payload(baseUrl, run), comeMs: 300 }),
    play: packed,
    status: "SUCCEEDED",
    output: { status: "restocked", orderId: "{run}", reason: "PICKUP_STOPPED", at: "arrived" },
    state: "restocked",
    trace: [
      ...before,
      "order FAILED",
      "reserve SUCCEEDED",
      "race SUCCEEDED",
      "three-answers SUCCEEDED",
      "called-off CANCELED",
      "packed SUCCEEDED",
      "ready SUCCEEDED",
      "tell-customer SUCCEEDED",
      "arrived FAILED",
      "note-stop SUCCEEDED",
      "how-it-ended FAILED",
      "stop FAILED",
      "restock SUCCEEDED",
      ...afterOff,
    ],
    effects: [
      reserved,
      ready,
      restocked,
      'POST /notices {"to":"customer","orderId":"{run}","text":"It stopped at arrived: WAIT_TIMEOUT"}',
    ],
  },
];
