export interface StepExample {
  /** What to know beyond the fields. */
  readonly notes: readonly string[];
  /** Steps that compile as they stand; the first is of the type. */
  readonly example: string;
  /** What the example does, as a scenario of it: shown beside it, and run by a test. */
  readonly scenario: string;
}

/** By step type. */
export const stepExamples: { readonly [type: string]: StepExample } = {
  "action.call": {
    notes: [
      "The output is checked against the action's output schema and stored where `saveAs` says.",
      "Without `retry` there is one attempt. `onError: { policy: continue }` goes on after the last one, before any enclosing catch.",
      "A `{ $secret: name }` may stand anywhere in `input`: it is resolved only when the action runs and is never stored.",
      "`idempotencyKey` is refused for an action without effect.",
    ],
    example: `- id: charge
  type: action.call
  action: http.request@1
  input:
    method: POST
    url: https://payments.example.com/charges
    headers: { authorization: { $secret: payments-token, format: "Bearer {}" } }
    body: { order: { $expr: payload.orderId } }
  timeoutMs: 10000
  retry: { maxAttempts: 5, backoffMs: 500, retryOn: [TransientError, TimeoutError] }
  saveAs: charge`,
    scenario: `- name: The second try succeeds
  payload: { orderId: o-17 }
  mocks:
    charge:
      - { fail: TransientError HTTP_503 }
      - { output: { status: 201, headers: {}, body: { id: ch-1 } } }
  expect:
    trace: [ "charge SUCCEEDED #2" ]
    vars: { charge: { status: 201, headers: {}, body: { id: ch-1 } } }`,
  },
  "transform.assign": {
    notes: [
      "A target is `vars.a.b`, `payload.a`, a JSON pointer such as `/vars/a/b`, or a bare name, which means `vars.<name>`.",
      "An expression that finds nothing removes its target; null is kept. Where one target cannot be written, none is.",
    ],
    example: `- id: totals
  type: transform.assign
  assign:
    net: { $expr: "$sum(payload.lines.price)" }
    vars.order.currency: EUR`,
    scenario: `- name: Both are computed, then both are written
  payload: { lines: [ { price: 5 }, { price: 7.5 } ] }
  expect:
    vars: { net: 12.5, order: { currency: EUR } }`,
  },
  "state.set": {
    notes: ["The state says in the words of the business where the run is."],
    example: `- { id: waiting, type: state.set, state: { phase: waiting for payment, order: { $expr: payload.orderId } } }`,
    scenario: `- name: The state is what the step made of it
  payload: { orderId: o-17 }
  expect: { state: { phase: waiting for payment, order: o-17 } }`,
  },
  "control.if": {
    notes: [
      "A condition is true or false; nothing and null are false, anything else is an error. The branch that is not taken is not evaluated.",
    ],
    example: `- id: large
  type: control.if
  condition: { $expr: payload.total > 1000 }
  then: [ { id: flag, type: state.set, state: large } ]
  else: [ { id: pass, type: state.set, state: usual } ]`,
    scenario: `- name: A large order
  payload: { total: 1500 }
  expect: { state: large, trace: [ large, flag ] }
- name: Without a total the condition is nothing, so false
  payload: {}
  expect: { state: usual, trace: [ large, pass ] }`,
  },
  "control.switch": {
    notes: ["The first case whose condition is true runs; none and no `default`: nothing does."],
    example: `- id: route
  type: control.switch
  cases:
    - when: { $expr: 'payload.region = "EU"' }
      steps: [ { id: eu, type: state.set, state: EU } ]
  default: [ { id: rest, type: state.set, state: elsewhere } ]`,
    scenario: `- name: A case
  payload: { region: EU }
  expect: { state: EU }
- name: No case
  payload: { region: US }
  expect: { state: elsewhere }`,
  },
  "control.forEach": {
    notes: [
      "A value that is no list is one item; nothing and null are none. More than `maxItems` items: `TOO_MANY_ITEMS` before the first.",
      "With `concurrency` above 1 each item writes `vars` to a layer of its own, which is dropped when the item ends; `collect` takes what should stay.",
      "`onItemError: continue` leaves a failed item, collects null for it, and goes on (semantics 1: goes on with the next step of the same item).",
    ],
    example: `- id: notify
  type: control.forEach
  items: { $expr: payload.customers }
  itemVar: customer
  concurrency: 5
  body:
    - { id: send, type: action.call, action: http.request@1, input: { method: GET, url: { $expr: customer.url } }, saveAs: reply }
  collect: { value: { $expr: vars.reply.status }, saveAs: statuses }`,
    scenario: `- name: Statuses in the order of the customers, whoever answers first
  payload: { customers: [ { url: https://one.example.com }, { url: https://two.example.com } ] }
  mocks:
    send:
      iterations:
        0: { output: { status: 200, headers: {} }, after: 2s }
        1: { output: { status: 202, headers: {} }, after: 1s }
  expect:
    vars: { statuses: [ 200, 202 ] }
    trace: [ notify, "send[0] SUCCEEDED", "send[1] SUCCEEDED" ]`,
  },
  "control.while": {
    notes: ["The condition still true after `maxIterations` turns: `MAX_ITERATIONS`."],
    example: `- id: poll
  type: control.while
  condition: { $expr: iteration < 3 }
  maxIterations: 10
  body: [ { id: pause, type: time.wait, durationMs: 1000 } ]`,
    scenario: `- name: Three turns
  expect: { trace: [ poll, "pause[0]", "pause[1]", "pause[2]" ] }`,
  },
  "control.parallel": {
    notes: [
      "`all`: the first failure cancels the others. `any` and `{ quorum: n }`: failures are tolerated until the quorum cannot be met any more, then `QUORUM_FAILED`.",
      "Branches share `vars`, except `event`, `eventName` and `timeWait`. Two branches that may write the same place are a warning.",
    ],
    example: `- id: both
  type: control.parallel
  branches:
    - { id: first, steps: [ { id: a, type: time.wait, durationMs: 10 } ] }
    - { id: second, steps: [ { id: b, type: time.wait, durationMs: 20 } ] }
  saveAs: joined`,
    scenario: `- name: Who ends first counts first
  expect:
    vars: { joined: { counted: [ first, second ], branches: { first: { status: SUCCEEDED }, second: { status: SUCCEEDED } } } }`,
  },
  "control.tryCatch": {
    notes: [
      "`error` (category, code, message, stepId, nodePath, attempt, details) exists inside `catch` only; `captureErrorAs` keeps it.",
      "`finally` runs on every way out, a return and a cancel included.",
    ],
    example: `- id: guard
  type: control.tryCatch
  try: [ { id: call, type: action.call, action: http.request@1, input: { method: GET, url: https://example.com } } ]
  catchOn: [TransientError, HTTP_404]
  catch: [ { id: note, type: transform.assign, assign: { problem: { $expr: error.code } } } ]
  finally: [ { id: done, type: state.set, state: tried } ]`,
    scenario: `- name: What catchOn names is caught
  mocks: { call: { fail: ActionError HTTP_404 } }
  expect: { vars: { problem: HTTP_404 }, state: tried }
- name: Another error goes on, after finally
  mocks: { call: { fail: ActionError HTTP_403 } }
  expect: { error: { category: ActionError, code: HTTP_403, stepId: call }, state: tried, trace: [ guard FAILED, call FAILED, done SUCCEEDED ] }`,
  },
  "control.saga": {
    notes: [
      "When the body fails or is cancelled, the `compensate` steps of the steps that completed run, last first. They cannot be cancelled.",
      "Undoing sees the locals of its step, such as `item`, and `vars` as they are by then: where a loop writes one variable in every turn, take what undoing needs from the item, or collect it.",
      "Steps that failed or did not finish are not undone. The original error goes on afterwards.",
    ],
    example: `- id: trip
  type: control.saga
  body:
    - id: hotel
      type: action.call
      action: http.request@1
      input: { method: POST, url: https://hotel.example.com/bookings }
      saveAs: booking
      compensate:
        - { id: cancelHotel, type: action.call, action: http.request@1, input: { method: DELETE, url: { $expr: vars.booking.body.url } } }
    - { id: flight, type: action.call, action: http.request@1, input: { method: POST, url: https://air.example.com/bookings } }`,
    scenario: `- name: The flight is full, so the hotel is cancelled
  mocks:
    hotel: { output: { status: 201, headers: {}, body: { url: https://hotel.example.com/bookings/7 } } }
    flight: { fail: ActionError HTTP_409 }
    cancelHotel: { output: { status: 204, headers: {} } }
  expect:
    error: { code: HTTP_409, stepId: flight }
    effects: [ hotel, flight, { stepId: cancelHotel, input: { method: DELETE, url: https://hotel.example.com/bookings/7 } } ]`,
  },
  "control.callWorkflow": {
    notes: [
      "No scope is shared: the child sees its input as `payload`, the parent takes what it wants by `output`, where `childRun` is in scope.",
      "The version is bound when the parent is published, unless `version: latest` asks for the one published at the call.",
      "`childRun` is `{runId, output, payload, vars, local, meta, system}` of the child as it ended.",
      "A child that failed is a `ChildWorkflowError` with the child's error in `details.error`; each try by `retry` is a new child run, and `retryOn` may name the child's own error. One that was cancelled on its own is not tried again.",
      "A call that can open no child fails at once, catchably: a payload that does not fit, a paused workflow, no published version, calls more than eight deep.",
      "Cancelling the parent cancels its children.",
    ],
    example: `- id: invoice
  type: control.callWorkflow
  workflow: write-invoice
  input: { order: { $expr: payload.orderId } }
  output: { vars.invoice: { $expr: childRun.output.number } }`,
    scenario: `- name: The child's output is taken where output says
  payload: { orderId: o-17 }
  workflows: { write-invoice: { output: { number: 2026-117 } } }
  expect: { vars: { invoice: 2026-117 } }`,
  },
  "control.return": {
    notes: ["An output that is left out, or finds nothing, is null. Enclosing `finally` blocks run, undoing does not."],
    example: `- { id: done, type: control.return, output: { receipt: { $expr: payload.orderId } } }`,
    scenario: `- name: The run ends with its output
  payload: { orderId: o-17 }
  expect: { output: { receipt: o-17 } }`,
  },
  "control.raise": {
    notes: ["The code matches `[A-Z][A-Z0-9_]{2,63}`."],
    example: `- { id: none, type: control.raise, code: OUT_OF_STOCK, message: Nothing is left, details: { sku: { $expr: payload.sku } } }`,
    scenario: `- name: The run fails with the author's code
  payload: { sku: kettle }
  expect: { error: { category: BusinessError, code: OUT_OF_STOCK, details: { sku: kettle } } }`,
  },
  "event.wait": {
    notes: [
      "`vars.event` is the event (`id, name, source, payload, correlationKey, receivedAt`), `vars.eventName` its name; `saveAs` gets the payload.",
      "An event that arrived before the wait counts, from the run's creation less 60 s, unless a run has taken it; `lookbackMs: n` counts events of the last n ms, taken or not; 0: from now on.",
      "What a filter compares with is computed when the wait opens; `{ $expr: event.payload.due }` is another field of the event itself.",
      "On timeout: a catchable TimeoutError, `WAIT_TIMEOUT`.",
    ],
    example: `- id: paid
  type: event.wait
  event: payment.received
  correlationKey: { $expr: payload.orderId }
  filters: [ { path: amount, op: ">=", value: { $expr: payload.total } } ]
  timeout: { business: { days: 2, calendar: default } }
  saveAs: payment`,
    scenario: `- name: Another order's payment is none, a small one neither
  payload: { orderId: o-17, total: 20 }
  events:
    - { name: payment.received, key: o-18, payload: { amount: 20 }, at: 1m }
    - { name: payment.received, key: o-17, payload: { amount: 5 }, at: 2m }
    - { name: payment.received, key: o-17, payload: { amount: 25 }, at: 3m }
  expect: { vars: { payment: { amount: 25 }, eventName: payment.received } }
- name: Nobody pays
  payload: { orderId: o-17, total: 20 }
  expect: { error: { category: TimeoutError, code: WAIT_TIMEOUT } }`,
  },
  "time.wait": {
    notes: ["Already past: no timer. `vars.timeWait` is `{ plannedAt, firedAt, skipped }`. At most 10 years."],
    example: `- { id: pause, type: time.wait, until: { $expr: payload.dueAt } }`,
    scenario: `- name: The run goes on at that instant
  now: 2031-01-01T00:00:00Z
  payload: { dueAt: '2031-01-03T12:00:00Z' }
  expect:
    vars: { timeWait: { plannedAt: '2031-01-03T12:00:00.000Z', firedAt: '2031-01-03T12:00:00.000Z', skipped: false } }
- name: An instant that has passed takes no timer
  now: 2031-01-05T00:00:00Z
  payload: { dueAt: '2031-01-03T12:00:00Z' }
  expect:
    vars: { timeWait: { plannedAt: '2031-01-03T12:00:00.000Z', firedAt: '2031-01-05T00:00:00.000Z', skipped: true } }`,
  },
  "human.task": {
    notes: [
      "The answer is checked against the form before it is accepted; `saveAs` gets it, `vars.event` says by whom and when.",
      "On timeout: a catchable TimeoutError.",
    ],
    example: `- id: approve
  type: human.task
  title: Approve the order
  assignTo: { groups: [sales] }
  form: { type: object, required: [ok], properties: { ok: { type: boolean } } }
  dueMs: 86400000
  reminders: { everyMs: 3600000, max: 3 }
  saveAs: approval`,
    scenario: `- name: Approved after two hours
  answers: [ { step: approve, answer: { ok: true }, by: ada, at: 2h } ]
  expect: { vars: { approval: { ok: true } } }`,
  },
};
