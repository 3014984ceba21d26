import { expect, test } from "vitest";
import type { Program, ProgramStep } from "../program/program.ts";
import { action, testCatalogue } from "../testing/catalogue.ts";
import type { CompileCatalogue } from "./catalogue.ts";
import type { CompiledDefinition } from "./compile-definition.ts";
import { compileDefinition } from "./compile-definition.ts";
import { parseDefinition } from "./parse-definition.ts";
import { programBlocks } from "./program-walk.ts";
import { parseTarget } from "./target.ts";

function compiled(source: unknown, catalogue: CompileCatalogue = testCatalogue): CompiledDefinition {
  const parsed = parseDefinition(source);
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  return compileDefinition(
    parsed.definition,
    catalogue,
    parsed.positions === undefined ? {} : { positions: parsed.positions },
  );
}

function programOf(source: unknown, catalogue?: CompileCatalogue): Program {
  const { program, issues } = compiled(source, catalogue);
  if (program === undefined) throw new Error(JSON.stringify(issues));
  return program;
}

const of = (...steps: readonly object[]): object => ({ workflow: "under-test", steps });
const codesOf = (source: unknown, catalogue?: CompileCatalogue): string[] =>
  compiled(source, catalogue).issues.map(({ code, severity, pointer }) => `${severity} ${code} ${pointer}`);

function pathsOf(steps: readonly ProgramStep[]): { readonly [id: string]: string } {
  return Object.assign(
    {},
    ...steps.flatMap((step) => [{ [step.id]: step.path }, ...programBlocks(step).map(pathsOf)]),
  ) as { [id: string]: string };
}

test("[INT-03] step paths are as the language says, for blocks of every kind", () => {
  const at = (id: string): object[] => [{ id, type: "state.set", state: 1 }];
  const program = programOf(
    of(
      { id: "a", type: "control.if", condition: true, then: at("then"), else: at("else") },
      { id: "b", type: "control.tryCatch", try: at("try"), catch: at("catch"), finally: at("finally") },
      {
        id: "c",
        type: "control.forEach",
        items: [],
        body: [
          {
            id: "d",
            type: "control.switch",
            cases: [
              { when: true, steps: [] },
              { when: { $expr: "item" }, steps: at("case") },
            ],
            default: at("default"),
          },
        ],
      },
      {
        id: "e",
        type: "control.parallel",
        branches: [
          { id: "x", steps: [] },
          { id: "y", steps: at("branch") },
        ],
      },
      {
        id: "f",
        type: "control.saga",
        body: [{ id: "g", type: "action.call", action: "crm.save@1", input: {}, compensate: at("undo") }],
      },
      { id: "h", type: "control.while", condition: false, maxIterations: 1, body: at("turn") },
    ),
  );
  expect(pathsOf(program.steps)).toMatchObject({
    a: "root.steps[0]",
    then: "root.steps[0].then.steps[0]",
    else: "root.steps[0].else.steps[0]",
    try: "root.steps[1].try.steps[0]",
    catch: "root.steps[1].catch.steps[0]",
    finally: "root.steps[1].finally.steps[0]",
    d: "root.steps[2].body.steps[0]",
    case: "root.steps[2].body.steps[0].cases[1].steps[0]",
    default: "root.steps[2].body.steps[0].default.steps[0]",
    branch: "root.steps[3].branches[1].steps[0]",
    g: "root.steps[4].body.steps[0]",
    undo: "root.steps[4].body.steps[0].compensate.steps[0]",
    turn: "root.steps[5].body.steps[0]",
  });
});

test("[LNG-06] the definition hash is the same for every order of keys, and another for another definition", () => {
  const one = { workflow: "hashed", steps: [{ id: "a", type: "state.set", state: { x: 1, y: [1, 2] } }] };
  const turned = { steps: [{ state: { y: [1, 2], x: 1 }, type: "state.set", id: "a" }], workflow: "hashed" };
  const yaml =
    "steps:\n  - state: { 'y': [1, 2], x: 1.0 }\n    type: state.set\n    id: a\nworkflow: hashed # a comment\n";
  const hashes = [one, turned, yaml, JSON.stringify(one)].map((source) => programOf(source).definitionHash);
  expect(new Set(hashes).size).toBe(1);
  expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  const other = programOf({ ...one, steps: [{ ...one.steps[0], state: { x: 1, y: [2, 1] } }] });
  expect(other.definitionHash).not.toBe(hashes[0]);
});

test("a program has a hash of its own, which follows what publishing bound", () => {
  const source = of({ id: "a", type: "control.callWorkflow", workflow: "child", input: { a: 1 } });
  const newer = { ...testCatalogue, workflows: [{ key: "child", version: 3 }] };
  expect(programOf(source).programHash).toBe(programOf(source).programHash);
  expect(programOf(source, newer).definitionHash).toBe(programOf(source).definitionHash);
  expect(programOf(source, newer).programHash).not.toBe(programOf(source).programHash);
  expect(programOf(source).steps[0]).toMatchObject({ version: 2 });
  expect(
    programOf(of({ id: "a", type: "control.callWorkflow", workflow: "child", input: {}, version: "latest" })).steps[0],
  ).toMatchObject({ version: "latest" });
});

test("a program is plain JSON", () => {
  const program = programOf(
    of({
      id: "a",
      type: "control.tryCatch",
      try: [{ id: "b", type: "event.wait", event: "e", correlationKey: { $expr: "payload.k" }, timeoutMs: 5 }],
      catch: [],
    }),
  );
  expect(JSON.parse(JSON.stringify(program))).toStrictEqual(program);
});

test("[LNG-12] without retry there is one attempt, and what a retry leaves out is filled in", () => {
  const call = { id: "a", type: "action.call", action: "crm.save@1", input: {} };
  expect(programOf(of(call)).steps[0]).not.toHaveProperty("retry");
  expect(programOf(of({ ...call, retry: { maxAttempts: 5 } })).steps[0]).toMatchObject({
    retry: {
      maxAttempts: 5,
      backoffMs: 1_000,
      backoffMultiplier: 2,
      maxDelayMs: 300_000,
      jitter: false,
      retryOn: ["TransientError", "TimeoutError"],
    },
  });
});

test("what the catalogue says of an action is copied into the program", () => {
  expect(programOf(of({ id: "a", type: "action.call", action: "crm.tag@1", input: {} })).steps[0]).toMatchObject({
    facts: { effect: "idempotent", execution: "remote", batch: true, timeoutMs: 30_000 },
  });
});

test("short forms of times are Whens", () => {
  const program = programOf(
    of(
      { id: "a", type: "event.wait", event: "e", correlationKey: "k", timeoutMs: 7 },
      {
        id: "b",
        type: "human.task",
        title: "T",
        assignTo: { users: ["u"] },
        form: { ref: "visit" },
        dueMs: { $expr: "1 + 1" },
        reminders: { everyMs: 3, max: 2 },
      },
      { id: "c", type: "time.wait", until: "2031-01-01T00:00:00Z" },
    ),
  );
  expect(program.steps[0]).toMatchObject({
    timeout: { kind: "durationMs", durationMs: { kind: "literal", value: 7 } },
  });
  expect(program.steps[1]).toMatchObject({
    due: { kind: "durationMs", durationMs: { kind: "expr" } },
    reminders: { every: { kind: "durationMs", durationMs: { value: 3 } } },
  });
  expect(program.steps[2]).toMatchObject({
    when: { kind: "until", until: { kind: "literal", value: "2031-01-01T00:00:00Z" } },
  });
});

test("values are compiled to literals as far as they are", () => {
  const program = programOf(
    of({
      id: "a",
      type: "action.call",
      action: "crm.save@1",
      input: {
        fixed: { a: [1, { $literal: { $x: 1 } }] },
        open: [1, { $expr: "payload.a" }],
        key: { $secret: "k", format: "Bearer {}" },
      },
    }),
  );
  expect(program.steps[0]).toMatchObject({
    input: {
      kind: "object",
      entries: [
        ["fixed", { kind: "literal", value: { a: [1, { $x: 1 }] } }],
        [
          "open",
          {
            kind: "array",
            items: [
              { kind: "literal", value: 1 },
              { kind: "expr", expression: { source: "payload.a" } },
            ],
          },
        ],
        ["key", { kind: "secret", name: "k", format: "Bearer {}" }],
      ],
    },
  });
});

test("[LNG-16] an expression is compiled once at publish, and equal sources share the compiled form", () => {
  const [a, b] = programOf(
    of(
      { id: "a", type: "state.set", state: { $expr: "payload.x" } },
      { id: "b", type: "state.set", state: { $expr: "payload.x" } },
    ),
  ).steps as unknown as { state: { expression: object } }[];
  expect(a!.state.expression).toBe(b!.state.expression);
});

test.each([
  ["vars.a.b", ["vars", "a", "b"]],
  ["payload.a", ["payload", "a"]],
  ["total", ["vars", "total"]],
  ["größe", ["vars", "größe"]],
  ["/vars/a~1b/0", ["vars", "a/b", "0"]],
  ["/payload/x", ["payload", "x"]],
])("the target %s leads to %j", (text, target) => {
  expect(parseTarget(text)).toEqual(target);
});

test.each([
  "",
  "vars",
  "payload",
  "vars.",
  "a.b",
  "system.x",
  "/a",
  "/other/x",
  "/vars",
  "/vars/~2",
  "vars.a b",
  "vars.__proto__",
  "vars.$blob",
  "$x",
  "vars..a",
  "/vars/a/",
])("%j is no target", (text) => {
  expect(parseTarget(text)).toBeUndefined();
});

test("[LNG-04] concurrency above 1 is refused under semantics 1, with a message that names the limit", () => {
  const loop = (semantics: number, concurrency: unknown): object => ({
    workflow: "side-by-side",
    semantics,
    steps: [{ id: "l", type: "control.forEach", items: [1], body: [], concurrency }],
  });
  const { issues } = compiled(loop(1, 2));
  expect(issues).toMatchObject([
    { code: "FOREACH_CONCURRENCY_UNSUPPORTED", severity: "error", pointer: "/steps/0/concurrency", stepId: "l" },
  ]);
  expect(issues[0]!.message).toMatch(/limited to 1/);
  expect(codesOf(loop(1, { $expr: "payload.n" }))).toEqual([
    "error FOREACH_CONCURRENCY_UNSUPPORTED /steps/0/concurrency",
  ]);
  expect(codesOf(loop(1, 1))).toEqual([]);
  expect(codesOf(loop(2, 50))).toEqual([]);
});

test.each([0, 51, 1.5, -1])("[CASE-8] a literal concurrency of %d is refused at publish", (concurrency) => {
  expect(codesOf(of({ id: "l", type: "control.forEach", items: [1], body: [], concurrency }))).toEqual([
    "error CONCURRENCY_OUT_OF_RANGE /steps/0/concurrency",
  ]);
});

test('[CASE-8] a concurrency of "2" is refused at publish', () => {
  expect(
    parseDefinition(of({ id: "l", type: "control.forEach", items: [1], body: [], concurrency: "2" })),
  ).toMatchObject({ issues: [{ code: "FIELD_TYPE", pointer: "/steps/0/concurrency" }] });
});

test("steps and fields of semantics 2 are refused under semantics 1, and semantics 2 is what is left out", () => {
  const steps = [
    { id: "a", type: "control.switch", cases: [{ when: true, steps: [] }] },
    { id: "b", type: "control.tryCatch", try: [], catch: [], catchOn: ["TimeoutError"] },
  ];
  expect(codesOf({ workflow: "older", semantics: 1, steps })).toEqual([
    "error SEMANTICS_TOO_OLD /steps/0/type",
    "error SEMANTICS_TOO_OLD /steps/1/catchOn",
  ]);
  expect(programOf({ workflow: "newest", steps }).semantics).toBe(2);
  expect(codesOf({ workflow: "child-of-1", steps }, { ...testCatalogue, defaultSemantics: 1 })).toHaveLength(2);
});

test("what the deployed engine cannot perform is named", () => {
  const unsupported = { stepTypes: ["human.task"], fields: ["control.forEach.concurrency", "triggers"] };
  const source = {
    workflow: "ahead",
    triggers: [{ id: "t", event: "e" }],
    steps: [
      { id: "a", type: "human.task", title: "T", assignTo: { users: ["u"] }, form: {} },
      { id: "b", type: "control.forEach", items: [], body: [], concurrency: 5 },
      { id: "c", type: "control.forEach", items: [], body: [], concurrency: 1 },
    ],
  };
  const { issues, program } = compiled(source, { ...testCatalogue, unsupported });
  expect(program).toBeUndefined();
  expect(issues.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
    "STEP_NOT_SUPPORTED /triggers",
    "STEP_NOT_SUPPORTED /steps/0/type",
    "STEP_NOT_SUPPORTED /steps/1/concurrency",
  ]);
  expect(issues[1]!.message).toContain("human.task");
  expect(codesOf(source)).toEqual([]);
});

test("[LNG-09] == means =, and the text of the author is kept", () => {
  const program = programOf(of({ id: "a", type: "control.if", condition: { $expr: 'payload.a == "=="' }, then: [] }));
  expect(program.steps[0]).toMatchObject({
    condition: { expression: { source: 'payload.a == "=="', form: { op: "binary", operator: "=" } } },
  });
});

test("[LNG-08] nowIso() is accepted in every expression position", () => {
  const now = { $expr: "nowIso()" };
  const is = { $expr: 'nowIso() > "2031"' };
  const source = {
    workflow: "always-now",
    triggers: [{ id: "t", event: "e", when: is, payload: { at: now } }],
    steps: [
      { id: "a", type: "control.if", condition: is, then: [] },
      { id: "b", type: "control.switch", cases: [{ when: is, steps: [] }] },
      { id: "c", type: "control.while", condition: is, body: [], maxIterations: { $expr: "$length(nowIso())" } },
      {
        id: "d",
        type: "control.forEach",
        items: { $expr: "[nowIso()]" },
        body: [],
        collect: { value: now, saveAs: "all" },
      },
      {
        id: "e",
        type: "event.wait",
        event: now,
        correlationKey: now,
        filters: [{ path: "a", op: "=", value: now }],
        assign: { x: now },
      },
      { id: "f", type: "time.wait", until: now },
      { id: "g", type: "action.call", action: "crm.save@1", input: { at: now }, idempotencyKey: now },
      { id: "h", type: "control.raise", code: "LATE", message: now },
    ],
  };
  expect(codesOf(source)).toEqual([]);
});

test("[LNG-10] a function outside the allow-list is refused at publish", () => {
  for (const source of ["$eval('1')", "$random()", "$millis()", "$now()", "$fetch('x')", "$shuffle([1])"]) {
    const codes = codesOf(of({ id: "a", type: "state.set", state: { $expr: source } }));
    expect(codes).toHaveLength(1);
    expect(codes[0]).toMatch(/^error EXPR_FUNCTION_(REFUSED|UNKNOWN) \/steps\/0\/state\/\$expr$/);
  }
});

test("a child is bound to a version, and cannot lead back to its caller", () => {
  expect(
    codesOf({
      workflow: "child",
      steps: [{ id: "a", type: "control.callWorkflow", workflow: "child", input: { a: 1 } }],
    }),
  ).toEqual(["error CALL_CYCLE /steps/0/workflow"]);
  expect(
    codesOf({
      workflow: "straight",
      steps: [{ id: "a", type: "control.callWorkflow", workflow: "middle", input: {} }],
    }),
  ).toEqual([]);
});

test("a schema with references checks whole literals only", () => {
  const schema = {
    type: "object",
    properties: { a: { $ref: "#/$defs/n" } },
    $defs: { n: { type: "number" } },
    additionalProperties: false,
  };
  const catalogue = { actions: [action("ref.er@1", { inputSchema: schema })] };
  const call = (input: object): object => of({ id: "a", type: "action.call", action: "ref.er@1", input });
  expect(codesOf(call({ a: "x" }), catalogue)).toEqual(["error INPUT_LITERAL_INVALID /steps/0/input/a"]);
  expect(codesOf(call({ a: { $expr: "payload.x" } }), catalogue)).toEqual([]);
});

test("a disabled step stays in the program, marked", () => {
  expect(
    programOf(of({ id: "a", type: "control.return", disabled: true }, { id: "b", type: "state.set", state: 1 })).steps,
  ).toMatchObject([{ id: "a", disabled: true }, { id: "b" }]);
  expect(
    codesOf(of({ id: "a", type: "control.return", disabled: true }, { id: "b", type: "state.set", state: 1 })),
  ).toEqual([]);
});

test("10,000 steps with expressions compile", () => {
  const steps = Array.from({ length: 10_000 }, (_, i) => ({
    id: `s${i}`,
    type: "transform.assign",
    assign: { [`v${i}`]: { $expr: `payload.x + ${i}` } },
  }));
  expect(programOf(of(...steps)).steps).toHaveLength(10_000);
});

test("[SEC-03] a secret that the tenant does not have is an error at its place, where the names are known", () => {
  const source = of({
    id: "call",
    type: "action.call",
    action: "http.request@1",
    input: { method: "GET", url: "https://example.com", headers: { authorization: { $secret: "token" } } },
  });
  expect(codesOf(source, { ...testCatalogue, secrets: ["other"] })).toEqual([
    "error SECRET_NOT_FOUND /steps/0/input/headers/authorization",
  ]);
  expect(codesOf(source, { ...testCatalogue, secrets: ["token"] })).toEqual([]);
  expect(codesOf(source)).toEqual([]);
});

test("secrets and business time are refused where the deployed engine cannot perform them, wherever they stand", () => {
  const source = of(
    {
      id: "call",
      type: "action.call",
      action: "http.request@1",
      input: { method: "GET", url: "https://example.com", headers: { authorization: { $secret: "token" } } },
    },
    { id: "rest", type: "time.wait", business: { days: 1, calendar: "default" } },
  );
  const refusedBy = (values: ("secret" | "business")[]): string[] =>
    codesOf(source, { ...testCatalogue, unsupported: { stepTypes: [], fields: [], values } }).filter((issue) =>
      issue.includes("STEP_NOT_SUPPORTED"),
    );
  expect(refusedBy([])).toEqual([]);
  expect(refusedBy(["secret", "business"])).toEqual([
    "error STEP_NOT_SUPPORTED /steps/0/input/headers/authorization",
    "error STEP_NOT_SUPPORTED /steps/1/business",
  ]);
});

test("[LNX-04] [ACC-02] a case that compares the payload with a constant which its schema rules out is never taken", () => {
  const source = (when: string, more: object = {}): object => ({
    ...of(
      {
        id: "pick",
        type: "control.switch",
        cases: [{ when: { $expr: when }, steps: [{ id: "in", type: "state.set", state: 1 }] }],
      },
      ...Object.values(more),
    ),
    payload: {
      type: "object",
      properties: {
        event: { enum: ["charging.session-begun", "charging.faulted"] },
        at: { type: "object", properties: { kind: { const: "a" } } },
        free: { type: "string" },
      },
    },
  });
  const unreachable = (when: string, more?: object) =>
    compiled(source(when, more)).issues.filter(({ code }) => code === "CASE_UNREACHABLE");
  expect(unreachable('payload.event = "charging.sesion-begun"')).toMatchObject([
    {
      severity: "warning",
      pointer: "/steps/0/cases/0/when/$expr",
      message: expect.stringContaining('Did you mean "charging.session-begun"?'),
    },
  ]);
  for (const never of [
    '"b" = payload.at.kind',
    'payload.free = "x" and payload.at.kind = "b"',
    'payload.at.kind = "b" or payload.event = "no"',
  ])
    expect(unreachable(never), never).toHaveLength(1);
  for (const perhaps of [
    'payload.event = "charging.faulted"',
    'payload.free = "x"',
    'payload.at.kind = "b" or payload.free = "x"',
    'payload.event != "no"',
    "payload.event = payload.free",
  ]) {
    expect(unreachable(perhaps), perhaps).toEqual([]);
  }
  const written = { set: { id: "set", type: "transform.assign", assign: { "payload.event": "no" } } };
  expect(unreachable('payload.event = "no"', written)).toEqual([]);
});

test.each([
  ["event", { id: "a", type: "action.call", action: "crm.save@1", input: {}, saveAs: "event" }, "/steps/0/saveAs"],
  [
    "eventName",
    { id: "a", type: "control.tryCatch", try: [], catch: [], captureErrorAs: "vars.eventName" },
    "/steps/0/captureErrorAs",
  ],
  [
    "timeWait",
    { id: "a", type: "control.forEach", items: [1], body: [], collect: { value: 1, saveAs: "/vars/timeWait" } },
    "/steps/0/collect/saveAs",
  ],
])("a result saved at vars.%s, where the engine writes, is a warning", (name, step, pointer) => {
  const { issues, program } = compiled(of(step));
  expect(program).toBeDefined();
  expect(issues).toMatchObject([
    { code: "TARGET_OVERWRITTEN", severity: "warning", pointer, message: expect.stringContaining(`vars.${name} `) },
  ]);
});

test("what is assigned there, or saved beside it, is as it should be", () => {
  const wait = { id: "w", type: "event.wait", event: "e", correlationKey: "k", saveAs: "events", assign: { event: 1 } };
  expect(codesOf(of(wait))).toEqual([]);
});

test("a definition without calls needs no catalogue, and a call without one is told", () => {
  const compiled = (step: object): unknown => {
    const parsed = parseDefinition({ workflow: "alone", steps: [{ id: "a", ...step }] });
    if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
    const { program, issues } = compileDefinition(parsed.definition);
    return [program !== undefined, issues.map(({ code }) => code)];
  };
  expect(compiled({ type: "control.return" })).toEqual([true, []]);
  expect(compiled({ type: "action.call", action: "x.do@1", input: {} })).toEqual([false, ["ACTION_UNKNOWN"]]);
});
