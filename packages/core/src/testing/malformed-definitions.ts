/** The steps of a workflow in YAML, the first on line 3. */
export function stepsYaml(...lines: readonly string[]): string {
  return ["workflow: bad-one", "steps:", ...lines].join("\n");
}

export interface Malformed {
  readonly name: string;
  readonly source: unknown;
  /** `CODE pointer line`, all that are found. */
  readonly found: readonly string[];
  /** What else is found when all that is of the right shape is checked too. */
  readonly foundBeside?: readonly string[];
  /** A part of the first message. */
  readonly says?: string;
}

const setX = "  - { id: x, type: state.set, state: ";
const call = "  - { id: x, type: action.call, ";

/** Definitions with one thing wrong each, and what is to be found of it. */
export const malformed: readonly Malformed[] = [
  // Text
  { name: "nothing", source: "", found: ["DEFINITION_UNREADABLE  1"] },
  { name: "a comment alone", source: "# later\n", found: ["FIELD_TYPE  1"] },
  { name: "text that is no object", source: "hello", found: ["FIELD_TYPE  1"], says: "must be an object, and is text" },
  { name: "a list", source: "[1]", found: ["FIELD_TYPE  1"] },
  { name: "a map", source: new Map(), found: ["FIELD_TYPE  undefined"], says: "an object with a class of its own" },
  { name: "text with NUL alone", source: "a\0b", found: ["TEXT_NOT_STORABLE  1"] },
  { name: "null", source: null, found: ["FIELD_TYPE  undefined"] },
  { name: "an open bracket", source: "workflow: [x\nsteps: []", found: ["YAML_SYNTAX  2"] },
  { name: "a tab for indentation", source: "workflow: bad-one\nsteps:\n\t- 1", found: ["YAML_SYNTAX  3"] },
  { name: "two documents", source: "workflow: bad-one\nsteps: []\n---\na: 1", found: ["YAML_NOT_PLAIN  3"] },
  { name: "YAML 1.1", source: "%YAML 1.1\n---\nworkflow: bad-one\nsteps: []", found: ["YAML_NOT_PLAIN  1"] },
  { name: "a tag", source: stepsYaml(setX + "!!binary aGk= }"), found: ["YAML_NOT_PLAIN /steps/0/state 3"] },
  {
    name: "a key that is a list",
    source: stepsYaml(setX + "{ ? [a] : 1 } }"),
    found: ["YAML_NOT_PLAIN /steps/0/state 3"],
  },
  {
    name: "an alias of nothing",
    source: stepsYaml(setX + "*there }"),
    found: ["YAML_NOT_PLAIN /steps/0/state 3"],
    says: "*there",
  },
  {
    name: "an alias of itself",
    source: stepsYaml("  - { id: x, type: state.set, state: &all { a: *all } }"),
    found: ["YAML_ALIASES /steps/0/state/a 3"],
  },
  {
    name: "a merge key",
    source: stepsYaml("  - &first { id: x, type: state.set, state: 1 }", "  - { <<: *first, id: y }"),
    found: ["YAML_NOT_PLAIN /steps/1/<< 4"],
    says: "Merging (<<)",
  },
  {
    name: "an expression without quotes",
    source: stepsYaml("  - { id: x, type: control.if, condition: { $expr: payload.a ? 1 : 2 }, then: [] }"),
    found: ["YAML_SYNTAX  3"],
  },
  {
    name: "a comment in JSON",
    source: '{\n  // later\n  "workflow": "bad-one", "steps": []}',
    found: ["JSON_SYNTAX  2"],
    says: "JSON has no comments",
  },
  {
    name: "a comma missing in JSON",
    source: '{"workflow": "bad-one",\n "steps": []\n "name": "x"}',
    found: ["JSON_SYNTAX /steps 3"],
    says: "A comma or } is expected",
  },
  {
    name: "JSON cut off",
    source: '{"workflow": "bad-one",\n "steps": [',
    found: ["JSON_SYNTAX /steps/0 2"],
    says: "ends too early",
  },
  {
    name: "a bad escape in JSON",
    source: '{"workflow": "bad-one",\n\n "name": "\\x"}',
    found: ["JSON_SYNTAX /name 3"],
  },
  { name: "text behind JSON", source: '{"workflow": "bad-one", "steps": []} x', found: ["JSON_SYNTAX  1"] },
  {
    name: "a key twice in YAML",
    source: stepsYaml("  - { id: x, type: control.return, id: y }"),
    found: ["KEY_DUPLICATE /steps/0/id 3"],
  },
  {
    name: "a key twice in JSON",
    source: '{"workflow": "bad-one",\n "steps": [],\n "steps": []}',
    found: ["KEY_DUPLICATE /steps 3"],
  },
  // Values that cannot be kept
  {
    name: "an integer beyond 2^53 in YAML",
    source: stepsYaml(setX + "9007199254740993 }"),
    found: ["NUMBER_NOT_EXACT /steps/0/state 3"],
    says: "9007199254740993",
  },
  {
    name: "an integer beyond 2^53 in JSON",
    source: '{"workflow": "bad-one", "steps": [\n{"id": "x", "type": "state.set", "state": [1, -9007199254740993]}]}',
    found: ["NUMBER_NOT_EXACT /steps/0/state/1 2"],
  },
  { name: "a number too large", source: stepsYaml(setX + "1e400 }"), found: ["NUMBER_NOT_EXACT /steps/0/state 3"] },
  { name: "not a number", source: stepsYaml(setX + ".nan }"), found: ["NUMBER_NOT_EXACT /steps/0/state 3"] },
  {
    name: "an integer that code cannot keep",
    source: { workflow: "bad-one", steps: [{ id: "x", type: "state.set", state: 2 ** 60 }] },
    found: ["NUMBER_NOT_EXACT /steps/0/state undefined"],
  },
  { name: "NUL", source: stepsYaml(setX + '"a\\0b" }'), found: ["TEXT_NOT_STORABLE /steps/0/state 3"] },
  {
    name: "a lone surrogate",
    source: '{"workflow": "bad-one",\n "steps": [], "name": "\\ud800"}',
    found: ["TEXT_NOT_STORABLE /name 2"],
  },
  {
    name: "__proto__",
    source: stepsYaml(setX + "{ __proto__: 1 } }"),
    found: ["KEY_REFUSED /steps/0/state/__proto__ 3"],
  },
  {
    name: "a member called toString beside $expr",
    source: stepsYaml(setX + "{ toString: 1, $expr: a } }"),
    found: ["VALUE_FORM_MIXED /steps/0/state/toString 3"],
    foundBeside: ["VARIABLE_UNDEFINED /steps/0/state/$expr 3"],
  },
  {
    name: "a passed-off lambda",
    source: stepsYaml(setX + "{ _jsonata_lambda: true } }"),
    found: ["KEY_REFUSED /steps/0/state/_jsonata_lambda 3"],
  },
  {
    name: "a function",
    source: { workflow: "bad-one", steps: [{ id: "x", type: "state.set", state: () => 1 }] },
    found: ["FIELD_TYPE /steps/0/state undefined"],
    says: "plain JSON",
  },
  // The document
  {
    name: "no workflow and no steps",
    source: "name: x",
    found: ["FIELD_MISSING /workflow 1", "FIELD_MISSING /steps 1"],
    says: '"workflow" is missing',
  },
  {
    name: "a key in capitals",
    source: "workflow: Bad\nsteps: []",
    found: ["FIELD_INVALID /workflow 1"],
    says: '"Bad"',
  },
  { name: "an unknown key", source: "workflow: bad-one\nstep: []\nsteps: []", found: ["FIELD_UNKNOWN /step 2"] },
  {
    name: "triggers that are null",
    source: "workflow: bad-one\ntriggers: null\nsteps: []",
    found: ["FIELD_TYPE /triggers 2"],
  },
  { name: "semantics 3", source: "workflow: bad-one\nsemantics: 3\nsteps: []", found: ["FIELD_INVALID /semantics 2"] },
  { name: "steps that are an object", source: "workflow: bad-one\nsteps: { a: 1 }", found: ["FIELD_TYPE /steps 2"] },
  {
    name: "a pattern in the payload's schema",
    source:
      "workflow: bad-one\npayload:\n  type: object\n  properties:\n    id: { type: string, pattern: '^a' }\nsteps: []",
    found: ["SCHEMA_KEYWORD_UNSUPPORTED /payload/properties/id/pattern 5"],
  },
  {
    name: "two triggers of one id",
    source: "workflow: bad-one\ntriggers:\n  - { id: t, event: a }\n  - { id: t, event: b }\nsteps: []",
    found: ["TRIGGER_ID_DUPLICATE /triggers/1/id 4"],
  },
  {
    name: "a trigger's broken condition",
    source: "workflow: bad-one\ntriggers:\n  - { id: t, event: a, when: { $expr: 'event.' } }\nsteps: []",
    found: ["EXPR_SYNTAX /triggers/0/when/$expr 3"],
  },
  {
    name: "a trigger that reads the payload of a run that there is not yet",
    source: "workflow: bad-one\ntriggers:\n  - { id: t, event: a, when: { $expr: payload.total > 0 } }\nsteps: []",
    found: ["VARIABLE_UNDEFINED /triggers/0/when/$expr 3"],
    says: "a trigger sees the event alone",
  },
  {
    name: "a trigger whose payload never fits",
    source:
      "workflow: bad-one\npayload: { type: object, required: [id], properties: { n: { type: number } } }\ntriggers:\n  - { id: t, event: a, payload: { n: one } }\nsteps: []",
    found: ["INPUT_LITERAL_INVALID /triggers/0/payload/id 4", "INPUT_LITERAL_INVALID /triggers/0/payload/n 4"],
  },
  // Steps
  { name: "a step that is a number", source: stepsYaml("  - 5"), found: ["FIELD_TYPE /steps/0 3"] },
  { name: "a step without type", source: stepsYaml("  - { id: x }"), found: ["FIELD_MISSING /steps/0/type 3"] },
  {
    name: "a type written wrongly",
    source: stepsYaml("  - { id: x, type: control.retrun }"),
    found: ["STEP_TYPE_UNKNOWN /steps/0/type 3"],
    says: 'Did you mean "control.return"?',
  },
  {
    name: "a type of nothing",
    source: stepsYaml("  - { id: x, type: teleport }"),
    found: ["STEP_TYPE_UNKNOWN /steps/0/type 3"],
  },
  {
    name: "a step without id",
    source: stepsYaml("  - { type: control.return }"),
    found: ["FIELD_MISSING /steps/0/id 3"],
  },
  {
    name: "an id that begins with a digit",
    source: stepsYaml("  - { id: 1x, type: control.return }"),
    found: ["FIELD_INVALID /steps/0/id 3"],
  },
  {
    name: "two steps of one id, nested",
    source: stepsYaml(
      "  - { id: x, type: state.set, state: 1 }",
      "  - id: y",
      "    type: control.if",
      "    condition: true",
      "    then:",
      "      - { id: x, type: control.return }",
    ),
    found: ["STEP_ID_DUPLICATE /steps/1/then/0/id 8"],
  },
  {
    name: "an unknown field",
    source: stepsYaml(call + "action: shop.charge@1, inputs: {} }"),
    found: ["FIELD_MISSING /steps/0/input 3", "FIELD_UNKNOWN /steps/0/inputs 3"],
  },
  {
    name: "an unknown field deep inside",
    source: stepsYaml(call + "action: shop.charge@2, input: {},", "      retry: { maxAttempt: 3 } }"),
    found: ["FIELD_UNKNOWN /steps/0/retry/maxAttempt 4"],
    says: 'Did you mean "maxAttempts"?',
  },
  {
    name: "51 attempts",
    source: stepsYaml(call + "action: shop.charge@2, input: {}, retry: { maxAttempts: 51 } }"),
    found: ["FIELD_INVALID /steps/0/retry/maxAttempts 3"],
    says: "at most 50",
  },
  {
    name: "an unknown action",
    source: stepsYaml(call + "action: shop.chrage@1, input: {} }"),
    found: ["ACTION_UNKNOWN /steps/0/action 3"],
    says: 'Did you mean "shop.charge@1"?',
  },
  {
    name: "an unknown major",
    source: stepsYaml(call + "action: shop.charge@3, input: {} }"),
    found: ["ACTION_MAJOR_UNKNOWN /steps/0/action 3"],
    says: "shop.charge@1, shop.charge@2",
  },
  {
    name: "an action without major",
    source: stepsYaml(call + "action: shop.charge, input: {} }"),
    found: ["FIELD_INVALID /steps/0/action 3"],
  },
  {
    name: "a literal that the action refuses",
    source: stepsYaml(call + "action: shop.charge@1,", "      input: { amount: -1, currency: { $expr: payload.c } } }"),
    found: ["INPUT_LITERAL_INVALID /steps/0/input/amount 4"],
  },
  {
    name: "an input without a required field",
    source: stepsYaml(call + "action: shop.charge@1, input: { currency: { $expr: payload.c } } }"),
    found: ["INPUT_LITERAL_INVALID /steps/0/input/amount 3"],
    says: '"amount" is missing',
  },
  {
    name: "an input with an unknown field",
    source: stepsYaml(call + "action: shop.charge@1, input: { amount: { $expr: payload.c }, curency: EUR } }"),
    found: ["INPUT_LITERAL_INVALID /steps/0/input/curency 3"],
    says: 'Did you mean "currency"?',
  },
  {
    name: "an idempotency key without effect",
    source: stepsYaml(call + "action: log.write@1, input: {}, idempotencyKey: k }"),
    found: ["IDEMPOTENCY_KEY_UNUSED /steps/0/idempotencyKey 3"],
  },
  {
    name: "compensate outside of a saga",
    source: stepsYaml(call + "action: crm.save@1, input: {}, compensate: [] }"),
    found: ["COMPENSATE_OUTSIDE_SAGA /steps/0/compensate 3"],
  },
  {
    name: "an action that may take two days",
    source: stepsYaml(call + "action: crm.save@1, input: {}, timeoutMs: 172800000 }"),
    found: ["DURATION_TOO_LONG /steps/0/timeoutMs 3"],
  },
  // Values and expressions
  { name: "$exp", source: stepsYaml(setX + "{ $exp: a } }"), found: ["VALUE_KEY_UNKNOWN /steps/0/state/$exp 3"] },
  {
    name: "$expr with company",
    source: stepsYaml(setX + "{ $expr: a, b: 1 } }"),
    found: ["VALUE_FORM_MIXED /steps/0/state/b 3"],
    foundBeside: ["VARIABLE_UNDEFINED /steps/0/state/$expr 3"],
  },
  {
    name: "$expr that is a number",
    source: stepsYaml(setX + "{ $expr: 5 } }"),
    found: ["FIELD_TYPE /steps/0/state/$expr 3"],
  },
  {
    name: "an empty expression",
    source: stepsYaml(setX + "{ $expr: ' ' } }"),
    found: ["EXPR_EMPTY /steps/0/state/$expr 3"],
  },
  {
    name: "a reference that only the engine makes",
    source: stepsYaml(setX + "{ $blob: a } }"),
    found: ["KEY_REFUSED /steps/0/state/$blob 3"],
  },
  {
    name: "a broken expression on its own line",
    source: stepsYaml(
      "  - id: x",
      "    type: state.set",
      "    state:",
      "      a: 1",
      "      b: { $expr: 'payload.a +' }",
    ),
    found: ["EXPR_SYNTAX /steps/0/state/b/$expr 7"],
  },
  {
    name: "an unknown function",
    source: stepsYaml(setX + "{ $expr: '$shout(payload.a)' } }"),
    found: ["EXPR_FUNCTION_UNKNOWN /steps/0/state/$expr 3"],
  },
  {
    name: "a regular expression",
    source: stepsYaml(setX + "{ $expr: '$contains(payload.a, /a+/)' } }"),
    found: ["EXPR_REGEX_REFUSED /steps/0/state/$expr 3"],
  },
  {
    name: "a secret in a state",
    source: stepsYaml(setX + "{ token: { $secret: t } } }"),
    found: ["SECRET_MISPLACED /steps/0/state/token 3"],
  },
  {
    name: "a secret as a condition",
    source: stepsYaml("  - { id: x, type: control.if, condition: { $secret: t }, then: [] }"),
    found: ["SECRET_MISPLACED /steps/0/condition 3"],
  },
  {
    name: "a secret for an action elsewhere",
    source: stepsYaml(call + "action: pack.remote@1, input: { k: { $secret: t } } }"),
    found: ["SECRET_NOT_AVAILABLE /steps/0/input/k 3"],
  },
  {
    name: "a secret's format without a place",
    source: stepsYaml(call + "action: crm.save@1, input: { k: { $secret: t, format: Bearer } } }"),
    found: ["FIELD_INVALID /steps/0/input/k/format 3"],
  },
  {
    name: "a condition that is text",
    source: stepsYaml("  - { id: x, type: control.if, condition: 'false', then: [] }"),
    found: ["FIELD_TYPE /steps/0/condition 3"],
    says: "true or false",
  },
  {
    name: "a duration that is text",
    source: stepsYaml("  - { id: x, type: time.wait, durationMs: '5' }"),
    found: ["FIELD_TYPE /steps/0/durationMs 3"],
  },
  // Targets
  {
    name: "a target with a space",
    source: stepsYaml("  - { id: x, type: transform.assign, assign: { 'a b': 1 } }"),
    found: ["TARGET_INVALID /steps/0/assign/a b 3"],
  },
  {
    name: "a target in another scope",
    source: stepsYaml("  - { id: x, type: transform.assign, assign: { system.now: 1 } }"),
    found: ["TARGET_INVALID /steps/0/assign/system.now 3"],
  },
  {
    name: "the whole of vars as a target",
    source: stepsYaml(call + "action: crm.save@1, input: {}, saveAs: vars }"),
    found: ["TARGET_INVALID /steps/0/saveAs 3"],
  },
  {
    name: "a prototype as a target",
    source: stepsYaml("  - { id: x, type: transform.assign, assign: { vars.constructor: 1 } }"),
    found: ["TARGET_INVALID /steps/0/assign/vars.constructor 3"],
  },
  // Errors
  {
    name: "an error that cannot be caught",
    source: stepsYaml("  - { id: x, type: control.tryCatch, try: [], catch: [], catchOn: [LOOP_BUDGET, HTTP_404] }"),
    found: ["ERROR_NEVER_MATCHES /steps/0/catchOn/0 3"],
  },
  {
    name: "a category written wrongly",
    source: stepsYaml(call + "action: crm.save@1, input: {}, retry: { maxAttempts: 2, retryOn: [TransientErrors] } }"),
    found: ["ERROR_NEVER_MATCHES /steps/0/retry/retryOn/0 3"],
    says: 'Did you mean "TransientError"?',
  },
  // Waits
  {
    name: "time.wait without a time",
    source: stepsYaml("  - { id: x, type: time.wait }"),
    found: ["WHEN_NOT_ONE /steps/0 3"],
  },
  {
    name: "time.wait with two times",
    source: stepsYaml("  - { id: x, type: time.wait, durationMs: 1, until: { $expr: now } }"),
    found: ["WHEN_NOT_ONE /steps/0 3"],
    says: "durationMs, until",
  },
  {
    name: "a wait of eleven years",
    source: stepsYaml("  - { id: x, type: time.wait, durationMs: 347000000000 }"),
    found: ["DURATION_TOO_LONG /steps/0/durationMs 3"],
  },
  {
    name: "a time that is none",
    source: stepsYaml("  - { id: x, type: time.wait, until: tomorrow }"),
    found: ["UNTIL_NOT_INSTANT /steps/0/until 3"],
  },
  {
    name: "an unknown calendar",
    source: stepsYaml("  - { id: x, type: time.wait, business: { days: 1, calendar: defualt } }"),
    found: ["CALENDAR_UNKNOWN /steps/0/business/calendar 3"],
    says: 'Did you mean "default"?',
  },
  {
    name: "business time without any",
    source: stepsYaml("  - { id: x, type: time.wait, business: { calendar: default } }"),
    found: ["FIELD_MISSING /steps/0/business 3"],
  },
  {
    name: "event.wait without correlationKey",
    source: stepsYaml("  - { id: x, type: event.wait, event: paid }"),
    found: ["CORRELATION_KEY_MISSING /steps/0/correlationKey 3"],
  },
  {
    name: "a filter by word",
    source: stepsYaml(
      "  - { id: x, type: event.wait, event: paid, correlationKey: k,",
      "      filters: [{ path: a, op: eq, value: 1 }] }",
    ),
    found: ["FIELD_INVALID /steps/0/filters/0/op 4"],
  },
  {
    name: "a filter that computes with the event",
    source: stepsYaml(
      "  - { id: x, type: event.wait, event: paid, correlationKey: k,",
      "      filters: [{ path: a, op: '=', value: { $expr: event.payload.b + 1 } }] }",
    ),
    found: ["FIELD_INVALID /steps/0/filters/0/value 4"],
    says: "one field of the event itself",
  },
  {
    name: "a filter without value",
    source: stepsYaml(
      "  - { id: x, type: event.wait, event: paid, correlationKey: k, filters: [{ path: a, op: '=' }] }",
    ),
    found: ["FIELD_MISSING /steps/0/filters/0 3"],
  },
  {
    name: "timeout and its short form",
    source: stepsYaml(
      "  - { id: x, type: event.wait, event: paid, correlationKey: k, timeoutMs: 1, timeout: { durationMs: 1 } }",
    ),
    found: ["WHEN_NOT_ONE /steps/0/timeoutMs 3"],
  },
  {
    name: "a key that no path produces",
    source: stepsYaml("  - { id: x, type: event.wait, event: order.paid, correlationKey: k }"),
    found: ["CORRELATION_UNDERIVABLE /steps/0/correlationKey 3"],
  },
  {
    name: "a task for nobody",
    source: stepsYaml("  - { id: x, type: human.task, title: T, assignTo: {}, form: {} }"),
    found: ["FIELD_MISSING /steps/0/assignTo 3"],
  },
  {
    name: "an unknown form",
    source: stepsYaml("  - { id: x, type: human.task, title: T, assignTo: { users: [a] }, form: { ref: vist } }"),
    found: ["FORM_UNKNOWN /steps/0/form/ref 3"],
    says: 'Did you mean "visit"?',
  },
  {
    name: "a form with a bad schema",
    source: stepsYaml("  - { id: x, type: human.task, title: T, assignTo: { users: [a] }, form: { type: objekt } }"),
    found: ["SCHEMA_SHAPE /steps/0/form/type 3"],
  },
  // Control
  {
    name: "an item that is called payload",
    source: stepsYaml("  - { id: x, type: control.forEach, items: [1], itemVar: payload, body: [] }"),
    found: ["FIELD_INVALID /steps/0/itemVar 3"],
  },
  {
    name: "while without maxIterations",
    source: stepsYaml("  - { id: x, type: control.while, condition: true, body: [] }"),
    found: ["MAX_ITERATIONS_MISSING /steps/0/maxIterations 3"],
  },
  {
    name: "half a turn",
    source: stepsYaml("  - { id: x, type: control.while, condition: true, body: [], maxIterations: 1.5 }"),
    found: ["FIELD_INVALID /steps/0/maxIterations 3"],
  },
  {
    name: "tryCatch with neither",
    source: stepsYaml("  - { id: x, type: control.tryCatch, try: [] }"),
    found: ["FIELD_MISSING /steps/0 3"],
    says: "catch, finally or both",
  },
  {
    name: "a quorum of three of two",
    source: stepsYaml(
      "  - { id: x, type: control.parallel, completion: { quorum: 3 }, branches: [{ id: a, steps: [] }, { id: b, steps: [] }] }",
    ),
    found: ["QUORUM_IMPOSSIBLE /steps/0/completion/quorum 3"],
  },
  {
    name: "a quorum of none",
    source: stepsYaml(
      "  - { id: x, type: control.parallel, completion: { quorum: 0 }, branches: [{ id: a, steps: [] }, { id: b, steps: [] }] }",
    ),
    found: ["FIELD_INVALID /steps/0/completion/quorum 3"],
  },
  {
    name: "a computed quorum that is text",
    source: stepsYaml(
      "  - { id: x, type: control.parallel, completion: { quorum: { $expr: \"'two'\" } }, branches: [{ id: a, steps: [] }] }",
    ),
    found: ["VALUE_TYPE /steps/0/completion/quorum/$expr 3"],
  },
  {
    name: "an undoing that has less than no time",
    source: stepsYaml("  - { id: x, type: control.saga, compensateTimeoutMs: -1, body: [] }"),
    found: ["FIELD_INVALID /steps/0/compensateTimeoutMs 3"],
  },
  {
    name: "an undoing that has text for its time",
    source: stepsYaml("  - { id: x, type: control.saga, compensateTimeoutMs: soon, body: [] }"),
    found: ["FIELD_TYPE /steps/0/compensateTimeoutMs 3"],
  },
  {
    name: "an unknown completion",
    source: stepsYaml("  - { id: x, type: control.parallel, completion: most, branches: [{ id: a, steps: [] }] }"),
    found: ["FIELD_INVALID /steps/0/completion 3"],
    says: '"most"',
  },
  {
    name: "two branches of one id",
    source: stepsYaml("  - { id: x, type: control.parallel, branches: [{ id: a, steps: [] }, { id: a, steps: [] }] }"),
    found: ["BRANCH_ID_DUPLICATE /steps/0/branches/1/id 3"],
  },
  {
    name: "a raised code in small letters",
    source: stepsYaml("  - { id: x, type: control.raise, code: gone, message: m }"),
    found: ["RAISE_CODE_INVALID /steps/0/code 3"],
  },
  {
    name: "a step behind a return",
    source: stepsYaml("  - { id: x, type: control.return }", "  - { id: y, type: state.set, state: 1 }"),
    found: ["STEP_UNREACHABLE /steps/1 4"],
  },
  {
    name: "a case behind one that is always true",
    source: stepsYaml(
      "  - { id: x, type: control.switch, cases: [{ when: true, steps: [] },",
      "      { when: { $expr: payload.a }, steps: [] }] }",
    ),
    found: ["CASE_UNREACHABLE /steps/0/cases/1/when 4"],
  },
  {
    name: "an unpublished child",
    source: stepsYaml("  - { id: x, type: control.callWorkflow, workflow: chlid, input: {} }"),
    found: ["WORKFLOW_UNKNOWN /steps/0/workflow 3"],
    says: 'Did you mean "child"?',
  },
  {
    name: "a version that is not there",
    source: stepsYaml("  - { id: x, type: control.callWorkflow, workflow: child, version: 7, input: { a: 1 } }"),
    found: ["WORKFLOW_VERSION_UNKNOWN /steps/0/version 3"],
  },
  {
    name: "a child's payload that does not fit",
    source: stepsYaml("  - { id: x, type: control.callWorkflow, workflow: child, input: { a: one } }"),
    found: ["INPUT_LITERAL_INVALID /steps/0/input/a 3"],
  },
  {
    name: "a call of itself before it was ever published",
    source: stepsYaml("  - { id: x, type: control.callWorkflow, workflow: bad-one, input: {} }"),
    found: ["CALL_CYCLE /steps/0/workflow 3"],
  },
  {
    name: "undoing under semantics 1",
    source:
      "workflow: bad-one\nsemantics: 1\nsteps:\n  - { id: x, type: action.call, action: crm.save@1, input: {}, compensate: [] }",
    found: ["SEMANTICS_TOO_OLD /steps/0/compensate 4"],
  },
  {
    name: "a call of itself",
    source: "workflow: circle\nsteps:\n  - { id: x, type: control.callWorkflow, workflow: middle, input: {} }",
    found: ["CALL_CYCLE /steps/0/workflow 3"],
    says: "circle calls middle calls leads-back calls circle",
  },
  // Variables
  {
    name: "a variable that nobody sets",
    source: stepsYaml("  - { id: x, type: state.set, state: { $expr: vars.totl } }"),
    found: ["VARIABLE_UNDEFINED /steps/0/state/$expr 3"],
    says: "vars.totl",
  },
  {
    name: "a variable set too late",
    source: stepsYaml(
      "  - { id: x, type: state.set, state: { $expr: total } }",
      "  - { id: y, type: transform.assign, assign: { total: 1 } }",
    ),
    found: ["VARIABLE_UNDEFINED /steps/0/state/$expr 3"],
    says: "only later",
  },
];
