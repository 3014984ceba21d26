import type { Json } from "../values/json.ts";
import { x } from "./build-program.ts";
import type { StepSource } from "./build-program.ts";
import type { Answer, Call, Child, ChildAnswer, WorldOptions } from "./world.ts";

/** Numbers from 0 to 1 that a seed gives, the same on every machine. */
export function chance(seed: number): () => number {
  let state = (seed | 0) + 0x6d2b79f5;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Steps in every nesting, of every kind that the interpreter performs, with mistakes among them. */
export function generateSteps(seed: number, size: number): StepSource[] {
  const random = chance(seed);
  let left = size;
  let ids = 0;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const maybe = (probability: number): boolean => random() < probability;
  const name = (): string => pick(["a", "b", "c", "o.x", "o.y"]);
  const number = (): string =>
    pick(["1", "2", "a", "b ?? 3", "item", "index", "iteration", "length", "$count(log)", "c + 1", "o.x", "payload.n"]);
  const any = (): Json =>
    pick<() => Json>([
      () => x(number()),
      () => x(`$append([vars.log], ['${ids}'])`),
      () => x("nothing"),
      () => x("error.code"),
      () => x("error"),
      () => x("eventName & '-' & event.id"),
      () => x("timeWait.skipped"),
      () => x("vars.o"),
      () => x("[vars.a, vars.b]"),
      () => x("a + b"),
      () => x("$number('no number')"),
      () => x("it"),
      () => null,
      () => ({ k: x(number()), l: [x("nothing"), x("a")] }),
      () => 7,
    ])();
  const condition = (): Json =>
    pick([
      true,
      false,
      x("a > 1"),
      x("$exists(error)"),
      x("index = 0"),
      x("isLast"),
      x("nothing"),
      x("'text'"),
      x("$exists(b)"),
      x("payload.n > 2"),
    ]);
  /** As a literal, computed, or of what may be no number or not as many as there are branches. */
  const quorum = (least: number): Json => pick<Json>([least, x(`${least - 1} + 1`), x(number())]);
  const list = (depth: number, most = 3): StepSource[] => {
    const steps: StepSource[] = [];
    const count = Math.floor(random() * (most + 1));
    for (let i = 0; i < count && left > 0; i += 1) steps.push(step(depth));
    return steps;
  };
  const step = (depth: number, wanted?: string): StepSource => {
    left -= 1;
    ids += 1;
    const common = { id: `s${ids}`, ...(maybe(0.04) ? { disabled: true } : {}) };
    const kinds = [
      "assign",
      "assign",
      "log",
      "call",
      "call",
      "nap",
      "wait",
      "task",
      "child",
      "state",
      "if",
      "each",
      "try",
      "parallel",
      "saga",
      "while",
      "switch",
      "raise",
      "return",
    ];
    const kind = wanted ?? (depth >= 5 ? pick(["assign", "call", "nap", "raise", "log"]) : pick(kinds));
    switch (kind) {
      case "assign": {
        const assign: { [target: string]: Json } = {};
        for (let i = 0; i < (maybe(0.3) ? 2 : 1); i += 1)
          assign[
            maybe(0.1)
              ? "payload.n"
              : maybe(0.1)
                ? pick(["vars.event.extra", "vars.eventName", "vars.timeWait.more"])
                : `vars.${name()}`
          ] = any();
        return { ...common, type: "transform.assign", assign };
      }
      case "log":
        return { ...common, type: "transform.assign", assign: { log: x(`$append([vars.log], ['${common.id}'])`) } };
      case "call":
        return {
          ...common,
          type: "action.call",
          action: pick(["test.none@1", "test.same@1", "test.once@1"]),
          input: { v: any() },
          ...(maybe(0.6) ? { saveAs: `vars.${name()}` } : {}),
          ...(maybe(0.3) ? { compensate: list(depth + 1, 2) } : {}),
          ...(maybe(0.25)
            ? { onError: { policy: "continue", ...(maybe(0.5) ? { captureErrorAs: `vars.${name()}` } : {}) } }
            : {}),
        };
      case "nap":
        return {
          ...common,
          type: "time.wait",
          durationMs: pick<Json>([0, 3, 10, 25, x("index * 4"), x("nothing")]),
          ...(maybe(0.2) ? { assign: { a: any() } } : {}),
        };
      case "wait":
        return {
          ...common,
          type: "event.wait",
          event: pick(["e1", "e2"]),
          correlationKey: maybe(0.9) ? "key" : x("nothing"),
          ...(maybe(0.7) ? { timeoutMs: pick([0, 5, 20, 60]) } : {}),
          ...(maybe(0.3)
            ? { filters: [{ path: "n", op: pick([">", "<", "=", "exists"]), value: pick([0, 2, 4]) }] }
            : {}),
          ...(maybe(0.5) ? { saveAs: `vars.${name()}` } : {}),
          ...(maybe(0.3) ? { assign: { [`vars.${name()}`]: maybe(0.5) ? x("event.payload.n") : any() } } : {}),
        };
      case "child":
        return {
          ...common,
          type: "control.callWorkflow",
          input: { v: any() },
          ...(maybe(0.6) ? { saveAs: `vars.${name()}` } : {}),
          ...(maybe(0.4)
            ? {
                output: {
                  [`vars.${name()}`]: x(pick(["childRun.output", "childRun.vars.given.v", "childRun.meta.version"])),
                  ...(maybe(0.3) ? { [`vars.${name()}`]: any() } : {}),
                },
              }
            : {}),
          ...(maybe(0.6)
            ? {
                retry: {
                  maxAttempts: pick([1, 2, 3]),
                  backoffMs: pick([0, 5, 30]),
                  backoffMultiplier: pick([1, 2]),
                  maxDelayMs: 100_000,
                  jitter: false,
                  retryOn: pick([
                    ["ChildWorkflowError"],
                    ["TransientError", "TimeoutError"],
                    ["BROKEN"],
                    ["CHILD_FAILED"],
                  ]),
                },
              }
            : {}),
          ...(maybe(0.25) ? { onError: { policy: "continue", captureErrorAs: `vars.${name()}` } } : {}),
        };
      case "task":
        return {
          ...common,
          type: "human.task",
          title: maybe(0.8) ? "Look" : any(),
          ...(maybe(0.2) ? { description: any() } : {}),
          ...(maybe(0.2) ? { context: any() } : {}),
          assignTo: maybe(0.8) ? { users: ["ada"] } : { groups: pick<Json>([x("nothing"), ["g"], x("a"), "one"]) },
          form: pick<Json>([{}, { type: "object", required: ["n"] }, { ref: "visit" }, { ref: "missing" }]),
          ...(maybe(0.2) ? { dueMs: pick<Json>([5, x("a")]) } : {}),
          ...(maybe(0.4) ? { reminders: { everyMs: pick<Json>([7, 0, x("index")]), max: pick<Json>([1, 3, 0]) } } : {}),
          ...(maybe(0.7) ? { timeoutMs: pick([0, 20, 60]) } : {}),
          ...(maybe(0.5) ? { saveAs: `vars.${name()}` } : {}),
          ...(maybe(0.3) ? { assign: { [`vars.${name()}`]: maybe(0.5) ? x("event.payload.n") : any() } } : {}),
        };
      case "state":
        return { ...common, type: "state.set", state: any() };
      case "if":
        return {
          ...common,
          type: "control.if",
          condition: condition(),
          then: list(depth + 1),
          ...(maybe(0.5) ? { else: list(depth + 1) } : {}),
        };
      case "switch":
        return {
          ...common,
          type: "control.switch",
          cases: [
            { when: condition(), steps: list(depth + 1) },
            { when: condition(), steps: list(depth + 1) },
          ],
          ...(maybe(0.5) ? { default: list(depth + 1) } : {}),
        };
      case "each":
        return {
          ...common,
          type: "control.forEach",
          items: pick<Json>([[1, 2, 3], ["x"], [], x("[vars.a, 2]"), x("nothing"), x("o"), 5]),
          ...(maybe(0.4) ? { itemVar: pick(["it", "a"]) } : {}),
          ...(maybe(0.5) ? { concurrency: pick<Json>([2, 2, 3, 50, x("1 + 1"), x("nothing"), 0]) } : {}),
          ...(maybe(0.5) ? { onItemError: pick(["fail", "continue"]) } : {}),
          ...(maybe(0.4) ? { collect: { value: any(), saveAs: `vars.${name()}` } } : {}),
          body: list(depth + 1),
        };
      case "while":
        return {
          ...common,
          type: "control.while",
          condition: maybe(0.7) ? x("iteration < 2") : condition(),
          maxIterations: pick([1, 2, 3]),
          body: list(depth + 1),
        };
      case "try":
        return {
          ...common,
          type: "control.tryCatch",
          try: list(depth + 1),
          ...(maybe(0.7) ? { catch: list(depth + 1) } : {}),
          ...(maybe(0.3) ? { captureErrorAs: `vars.${name()}` } : {}),
          ...(maybe(0.3)
            ? {
                catchOn: pick([
                  ["BusinessError"],
                  ["ExpressionError", "WAIT_TIMEOUT"],
                  ["ActionError"],
                  ["ControlError"],
                ]),
              }
            : {}),
          ...(maybe(0.4) ? { finally: list(depth + 1) } : {}),
        };
      case "saga": {
        // Several steps to undo, at best in loops and branches of their own, and then often a reason to.
        const undoable = (): StepSource => {
          const call = step(5, "call");
          const undone = { ...call, action: "test.once@1", compensate: [step(5, "log"), ...list(5, 2)] };
          const holder = depth < 4 && maybe(0.4) ? step(depth + 1, pick(["each", "parallel", "saga"])) : undefined;
          if (holder === undefined) return undone;
          const branches = (holder["branches"] as { steps: StepSource[] }[] | undefined)?.map((branch) => branch.steps);
          (branches?.[0] ?? (holder["body"] as StepSource[])).push(undone);
          return holder;
        };
        const body = [undoable(), ...list(depth + 1, 1), undoable(), ...list(depth + 1, 1), undoable()];
        return {
          ...common,
          type: "control.saga",
          ...(maybe(0.4) ? { compensateTimeoutMs: pick<Json>([3, 20, 60, 7_200_000, x("15 + 5")]) } : {}),
          body: maybe(0.6)
            ? [...body, { id: `${common.id}f`, type: "control.raise", code: "UNDO", message: "m" }]
            : body,
        };
      }
      case "parallel": {
        const branches = ["x", "y", "z"]
          .slice(0, 1 + Math.floor(random() * 3))
          .map((id) => ({ id, steps: list(depth + 1) }));
        return {
          ...common,
          type: "control.parallel",
          branches,
          completion: maybe(0.6) ? "all" : maybe(0.5) ? "any" : { quorum: quorum(Math.min(2, branches.length)) },
          ...(maybe(0.4) ? { saveAs: `vars.${name()}` } : {}),
        };
      }
      case "raise":
        return maybe(0.5)
          ? { ...common, type: "control.raise", code: pick(["BROKEN", "OUT_OF_STOCK"]), message: "m" }
          : { ...common, type: "transform.assign", assign: { a: any() } };
      default:
        return maybe(0.3)
          ? { ...common, type: "control.return", ...(maybe(0.8) ? { output: any() } : {}) }
          : { ...common, type: "transform.assign", assign: { b: any() } };
    }
  };
  const steps: StepSource[] = [];
  while (left > 0) {
    const next = step(0);
    // Half of what fails is caught, so that the run comes to the steps behind it.
    steps.push(maybe(0.5) ? { id: `guard${next.id}`, type: "control.tryCatch", try: [next], catch: [] } : next);
  }
  return steps;
}

export const generatedActions = {
  "test.none@1": { effect: "none" },
  "test.same@1": { effect: "idempotent" },
  "test.once@1": { effect: "once" },
} as const;

/** Answers, events and perhaps a cancel, at times of their own. */
export function generateWorld(seed: number): WorldOptions {
  const random = chance(seed ^ 0x5bd1e995);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const events = Array.from({ length: Math.floor(random() * 6) }, (_, i) => ({
    atMs: Math.floor(random() * 80),
    event: {
      id: random() < 0.15 ? "repeated" : `event-${i}`,
      name: pick(["e1", "e2", "e3"]),
      payload: pick<Json>([{ n: 1 }, { n: 3 }, {}, null, "text"]),
      ...(random() < 0.3 ? { inbox: true } : {}),
    },
  }));
  const act = (call: Call): Answer => {
    let hash = seed;
    for (const unit of `${call.stepId}/${call.iteration.join()}`)
      hash = Math.imul(hash ^ unit.charCodeAt(0), 16_777_619);
    const own = chance(hash);
    const afterMs = 1 + Math.floor(own() * 40);
    const kind = own();
    if (kind < 0.04) return { never: true };
    if (kind < 0.75)
      return { afterMs, output: ([1, 2, { x: 5 }, [1], null, "out"] as Json[])[Math.floor(own() * 6)] as Json };
    const [category, code] = (
      [
        ["ActionError", "REFUSED"],
        ["TimeoutError", "ACTION_TIMEOUT"],
        ["ActionError", "OUTCOME_UNKNOWN"],
        ["BusinessError", "BROKEN"],
      ] as const
    )[Math.floor(own() * 4)] as readonly ["ActionError", string];
    return { afterMs, error: { category, code, attempt: 1 + Math.floor(own() * 3) } };
  };
  const child = ({ stepId, iteration, attempt }: Child): ChildAnswer => {
    let hash = seed;
    for (const unit of `${stepId}/${iteration.join()}/${attempt}`)
      hash = Math.imul(hash ^ unit.charCodeAt(0), 16_777_619);
    const own = chance(hash);
    const afterMs = 1 + Math.floor(own() * 40);
    const kind = own();
    const of = <T>(from: readonly T[]): T => from[Math.floor(own() * from.length)] as T;
    if (kind < 0.04) return { never: true };
    if (kind < 0.5) return { afterMs, output: of<Json>([1, { x: 5 }, null, "out"]) };
    const [category, code] = of([
      ["BusinessError", "BROKEN"],
      ["TimeoutError", "WAIT_TIMEOUT"],
      ["TransientError", "HTTP_503"],
      ["Cancellation", "CANCELED"],
      ["ValidationError", "PAYLOAD_INVALID"],
    ] as const);
    const error = { category, code, message: "failed" };
    return own() < 0.2 ? { refused: error } : { afterMs, error };
  };
  const isHeld = random() < 0.3;
  const hold = ({ stepId, iteration }: Call, before: number): boolean => {
    let hash = seed;
    for (const unit of `${stepId}/${iteration.join()}/${before}`)
      hash = Math.imul(hash ^ unit.charCodeAt(0), 16_777_619);
    return isHeld && before < 3 && chance(hash)() < 0.3;
  };
  return {
    payload: { n: Math.floor(random() * 5) },
    act,
    child,
    hold,
    releaseAfterMs: pick([0, 10, 50]),
    events,
    answers: Array.from({ length: Math.floor(random() * 8) }, (_, i) => ({
      atMs: Math.floor(random() * 90),
      answer: pick<Json>([{ n: 2 }, { n: "two" }, {}, null]),
      submissionId: `submission-${i}`,
      ...(random() < 0.2 ? { override: true } : {}),
    })),
    forms: { visit: { type: "object", properties: { n: { type: "number" } } } },
    ...(random() < 0.35 ? { cancelAtMs: Math.floor(random() * 90) } : {}),
  };
}
