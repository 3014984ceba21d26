/** For each step type: what to know beyond its fields, and a step that compiles as it stands. */
export const stepExamples: {
  readonly [type: string]: { readonly notes: readonly string[]; readonly example: string };
} = {
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
  },
  "transform.assign": {
    notes: [
      "A target is `vars.a.b`, `payload.a`, a JSON pointer such as `/vars/a/b`, or a bare name, which means `vars.<name>`.",
      "An expression that finds nothing removes its target; null is kept.",
    ],
    example: `- id: totals
  type: transform.assign
  assign:
    net: { $expr: "$sum(payload.lines.price)" }
    vars.order.currency: EUR`,
  },
  "state.set": {
    notes: ["The state says in the words of the business where the run is."],
    example: `- { id: waiting, type: state.set, state: { phase: waiting for payment, order: { $expr: payload.orderId } } }`,
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
  },
  "control.switch": {
    notes: ["The first case whose condition is true runs; none and no `default`: nothing does."],
    example: `- id: route
  type: control.switch
  cases:
    - when: { $expr: 'payload.region = "EU"' }
      steps: [ { id: eu, type: state.set, state: EU } ]
  default: [ { id: rest, type: state.set, state: elsewhere } ]`,
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
  },
  "control.while": {
    notes: ["The condition still true after `maxIterations` turns: `MAX_ITERATIONS`."],
    example: `- id: poll
  type: control.while
  condition: { $expr: iteration < 3 }
  maxIterations: 10
  body: [ { id: pause, type: time.wait, durationMs: 1000 } ]`,
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
  },
  "control.saga": {
    notes: [
      "When the body fails or is cancelled, the `compensate` steps of the steps that completed run, last first. They cannot be cancelled.",
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
        - { id: cancelHotel, type: action.call, action: http.request@1, input: { method: DELETE, url: { $expr: vars.booking.body.url } } }`,
  },
  "control.callWorkflow": {
    notes: [
      "No scope is shared: the child sees its input as `payload`, the parent takes what it wants by `output`, where `childRun` is in scope.",
      "The version is bound when the parent is published, unless `version: latest` asks for the one published at the call.",
    ],
    example: `- id: invoice
  type: control.callWorkflow
  workflow: write-invoice
  input: { order: { $expr: payload.orderId } }
  output: { vars.invoice: { $expr: childRun.output.number } }`,
  },
  "control.return": {
    notes: ["An output that is left out, or finds nothing, is null. Enclosing `finally` blocks run, undoing does not."],
    example: `- { id: done, type: control.return, output: { receipt: { $expr: payload.orderId } } }`,
  },
  "control.raise": {
    notes: ["The code matches `[A-Z][A-Z0-9_]{2,63}`."],
    example: `- { id: none, type: control.raise, code: OUT_OF_STOCK, message: Nothing is left, details: { sku: { $expr: payload.sku } } }`,
  },
  "event.wait": {
    notes: [
      "`vars.event` is the event (`id, name, source, payload, correlationKey, receivedAt`), `vars.eventName` its name; `saveAs` gets the payload.",
      "An event that arrived before the wait counts, from the run's creation less 60 s, unless a run has taken it; `lookbackMs: n` counts events of the last n ms, taken or not; 0: from now on.",
      "On timeout: a catchable TimeoutError, `WAIT_TIMEOUT`.",
    ],
    example: `- id: paid
  type: event.wait
  event: payment.received
  correlationKey: { $expr: payload.orderId }
  filters: [ { path: amount, op: ">=", value: { $expr: payload.total } } ]
  timeout: { business: { days: 2, calendar: default } }
  saveAs: payment`,
  },
  "time.wait": {
    notes: ["Already past: no timer. `vars.timeWait` is `{ plannedAt, firedAt, skipped }`. At most 10 years."],
    example: `- { id: pause, type: time.wait, until: { $expr: payload.dueAt } }`,
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
  },
};
