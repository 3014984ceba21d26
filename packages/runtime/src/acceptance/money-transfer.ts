import type { Variant } from "./variant.ts";

const common = {
  workflow: "money-transfer",
  payload: (baseUrl: string, run: string) => ({ baseUrl, transferId: run, from: "ada", to: "ben", amount: 250 }),
  answers: {
    "POST /validations": { body: { valid: true } },
    "POST /withdrawals": { body: { id: "w-9" } },
    "POST /deposits": { body: { id: "d-4" } },
    "POST /refunds": { body: { id: "r-1" } },
    "POST /notices": { status: 202 },
  },
} as const;

const validated = 'POST /validations {"from":"ada","to":"ben","amount":250}';
const withdrawn = 'POST /withdrawals {"account":"ada","amount":250}';
const deposited = 'POST /deposits {"account":"ben","amount":250}';
const refunded = 'POST /refunds {"account":"ada","withdrawal":"w-9"}';
const told = 'POST /notices {"account":"ada","text":"Your transfer of 250 has arrived"}';
const toldWhyNot = (why: string): string =>
  `POST /notices {"account":"ada","text":"Your transfer was not made: ${why}"}`;

const valid = ["validating SUCCEEDED", "accounts SUCCEEDED", "validate SUCCEEDED", "transfer SUCCEEDED"];
const unasked = ["approval SUCCEEDED", "nobody-asked SUCCEEDED"];
const arrived = ["deposit SUCCEEDED", "transferred SUCCEEDED", "notify SUCCEEDED", "done SUCCEEDED"];
const givenBack = ["refund SUCCEEDED", "refunded SUCCEEDED", "notify-refunded SUCCEEDED", "not-made SUCCEEDED"];
const made = { status: "transferred", transferId: "{run}", withdrawal: "w-9", deposit: "d-4" };

export const moneyTransfer: readonly Variant[] = [
  {
    ...common,
    title: "[ACC-01] withdrawn, deposited, told; each call under the key that the transfer gives it",
    keys: ["validate", "withdraw", "deposit", "notify"],
    status: "SUCCEEDED",
    output: { ...made, approvedBy: null },
    state: "transferred",
    trace: [...valid, "money SUCCEEDED", "withdraw SUCCEEDED", ...unasked, ...arrived],
    effects: [validated, withdrawn, deposited, told],
  },
  {
    ...common,
    title: "[ACC-01] the bank is down for the first four tries of a deposit: one key in all of them",
    answers: {
      ...common.answers,
      "POST /deposits": (turn: number) => (turn < 4 ? { status: 503 } : { body: { id: "d-4" } }),
    },
    keys: ["validate", "withdraw", "deposit", "notify"],
    status: "SUCCEEDED",
    output: { ...made, approvedBy: null },
    state: "transferred",
    trace: [...valid, "money SUCCEEDED", "withdraw SUCCEEDED", ...unasked, ...arrived],
    effects: [validated, withdrawn, deposited, told],
  },
  {
    ...common,
    title: "[ACC-01] an account that cannot take part: asked once, and no money moves",
    answers: { ...common.answers, "POST /validations": { status: 422, body: { reason: "closed" } } },
    status: "FAILED",
    error: "ACCOUNT_INVALID",
    state: "rejected",
    trace: ["validating SUCCEEDED", "accounts FAILED", "validate FAILED", "rejected SUCCEEDED", "refuse FAILED"],
    effects: [],
  },
  {
    ...common,
    title: "[ACC-01] a deposit that is refused for good: refunded exactly once",
    answers: { ...common.answers, "POST /deposits": { status: 409 } },
    status: "SUCCEEDED",
    output: { status: "refunded", transferId: "{run}", reason: "HTTP_409" },
    state: "refunded",
    trace: [...valid, "money FAILED", "withdraw SUCCEEDED", ...unasked, "deposit FAILED", ...givenBack],
    effects: [validated, withdrawn, refunded],
    notices: /^POST \/notices \{"account":"ada","text":"Your transfer was not made: /,
  },
  {
    ...common,
    title: "[ACC-01] approved by a person within a try",
    payload: (baseUrl, run) => ({ ...common.payload(baseUrl, run), needsApproval: true, approvalMs: 120_000 }),
    async play({ answer }) {
      await answer("approve", { approved: true });
    },
    status: "SUCCEEDED",
    output: { ...made, approvedBy: "somebody" },
    state: "transferred",
    trace: [
      ...valid,
      "money SUCCEEDED",
      "withdraw SUCCEEDED",
      "approval SUCCEEDED",
      "awaiting-approval SUCCEEDED",
      "in-time SUCCEEDED",
      "approve SUCCEEDED",
      "answered-no SUCCEEDED",
      ...arrived,
    ],
    effects: [validated, withdrawn, deposited, told],
  },
  {
    ...common,
    title: "[ACC-01] a person says no: refunded, with the reason",
    payload: (baseUrl, run) => ({ ...common.payload(baseUrl, run), needsApproval: true, approvalMs: 120_000 }),
    async play({ answer }) {
      await answer("approve", { approved: false, reason: "Not this month" });
    },
    status: "SUCCEEDED",
    output: { status: "refunded", transferId: "{run}", reason: "APPROVAL_DENIED" },
    state: "refunded",
    trace: [
      ...valid,
      "money FAILED",
      "withdraw SUCCEEDED",
      "approval FAILED",
      "awaiting-approval SUCCEEDED",
      "in-time SUCCEEDED",
      "approve SUCCEEDED",
      "answered-no FAILED",
      "denied FAILED",
      ...givenBack,
    ],
    effects: [validated, withdrawn, refunded, toldWhyNot("Not this month")],
  },
  {
    ...common,
    title: "[ACC-01] nobody approves in time: refunded",
    payload: (baseUrl, run) => ({ ...common.payload(baseUrl, run), needsApproval: true, approvalMs: 300 }),
    status: "SUCCEEDED",
    output: { status: "refunded", transferId: "{run}", reason: "APPROVAL_EXPIRED" },
    state: "refunded",
    trace: [
      ...valid,
      "money FAILED",
      "withdraw SUCCEEDED",
      "approval FAILED",
      "awaiting-approval SUCCEEDED",
      "in-time FAILED",
      "approve FAILED",
      "expired FAILED",
      ...givenBack,
    ],
    effects: [validated, withdrawn, refunded, toldWhyNot("Nobody approved the transfer in time")],
  },
];
