/** What the commands of `docs/cli.md` work on. */
export const documentedFiles = {
  "hello.flow.yaml": `workflow: hello
payload: { type: object, properties: { name: { type: string } } }
steps:
  - { id: greeting, type: transform.assign, assign: { vars.greeting: { $expr: '"Hello " & (payload.name ?? "world")' } } }
  - { id: each, type: control.forEach, items: [1, 2], body: [{ id: note, type: action.call, action: log.write@1, input: { message: { $expr: vars.greeting } } }] }
  - { id: done, type: control.return, output: { greeting: { $expr: vars.greeting } } }
`,
  "hello.test.yaml": `scenarios:
  - name: greets the world
    payload: {}
    expect: { output: { greeting: Hello world }, effects: ["note[0]", "note[1]"] }
  - name: greets by name
    payload: { name: Grace }
    expect: { output: { greeting: Hello Grace } }
`,
  "order.flow.yaml": `workflow: order
name: An order that waits for its payment
payload: { type: object, required: [orderId], properties: { orderId: { type: string } } }
steps:
  - { id: awaiting, type: state.set, state: awaiting-payment }
  - id: paid
    type: event.wait
    event: payment.received
    correlationKey: { $expr: payload.orderId }
    timeout: { durationMs: 3600000 }
    saveAs: payment
  - { id: done, type: control.return, output: { paid: { $expr: vars.payment.amount } } }
`,
  "approve.flow.yaml": `workflow: approve
steps:
  - { id: ask, type: human.task, title: { $expr: '"Approve " & payload.what' }, assignTo: { groups: [board] }, form: { ref: approval }, saveAs: answer }
  - { id: note, type: human.task, title: Anything to add?, assignTo: { users: [ada] }, form: { type: string }, dueMs: 86400000 }
`,
  "fails.flow.yaml": `workflow: fails
steps:
  - { id: look, type: action.call, action: http.request@1, input: { method: GET, url: "http://169.254.169.254/latest" }, retry: { maxAttempts: 1 } }
`,
  "fails.test.yaml": `scenarios:
  - name: does not fail
    mocks: { look: { fail: ActionError HTTP_404 } }
`,
  "broken.yaml": `workflow: broken
steps:
  - { id: look, type: action.call, action: http.reqest@1, input: {} }
  - { id: look, type: control.return }
`,
  "refund.flow.yaml": `workflow: refund
payload: { type: object, required: [orderId], properties: { orderId: { type: string } } }
triggers:
  - { id: large, event: order.returned, when: { $expr: event.payload.total > 100 }, payload: { orderId: { $expr: event.payload.id } } }
steps:
  - { id: done, type: control.return, output: { $expr: payload.orderId } }
`,
  "order-returned.yaml": `description: a customer has sent an order back
schema: { type: object, required: [id, total], properties: { id: { type: string }, total: { type: number }, iban: { type: string, sensitive: true } } }
correlationPaths: [id]
samples: [{ id: A-1, total: 120 }]
`,
  "office.yaml": `zone: Europe/Berlin
week: { mon-thu: [09:00-12:00, 13:00-17:00], fri: [09:00-15:00] }
holidays: [2030-12-25, 2030-12-26]
exceptions: { 2030-12-24: [09:00-12:00] }
`,
  "crm-token.txt": "s3cr3t-of-the-crm\n",
  "hello.json": '{ "name": "Grace" }',
  "order.json": '{ "orderId": "A-1" }',
  "other-order.json": '{ "orderId": "A-2" }',
} as const;
