import { evaluateExpression } from "../expression/evaluate.ts";
import { filterHolds } from "../interpreter/filters.ts";
import type { ErrorCategory, InboundEvent, Outcome, RunError } from "../interpreter/transition.ts";
import type {
  Assignments,
  ParallelStep,
  CallWorkflowStep,
  EventWaitStep,
  HumanTaskStep,
  Program,
  ProgramStep,
  Target,
  Value,
  When,
} from "../program/program.ts";
import { validate } from "../schema/validate.ts";
import { instantFromMs, parseInstantMs } from "../time/instant.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { childResult, epochMs, inbound } from "./world.ts";
import { cancelled, Raised, Returned } from "./reference-fiber.ts";
import type { Done, Fiber, Parts, Row, Saga, Scope, Settled, Waiting } from "./reference-fiber.ts";
import type { Call, Child, ChildAnswer, TaskAnswer, WorldOptions } from "./world.ts";

/*
 * What the language means, said a second time and in another way: recursion, JavaScript's own exceptions and finally,
 * a generator for each fiber, and a copy of everything that is written. It knows no frames, fuel, journal or state that
 * could be put away, and is used to check the interpreter that has them.
 */

export interface Reference {
  readonly outcome: Outcome | undefined;
  readonly vars: Json;
  readonly payload: Json;
  readonly state: Json;
  readonly trace: readonly string[];
  readonly effects: readonly Call[];
  readonly children: readonly Child[];
}

const copy = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));
const ownNames = ["event", "eventName", "timeWait"];

export function reference(program: Program, options: WorldOptions): Reference {
  let nowMs = epochMs;
  let payload: Json = copy(options.payload ?? null);
  let vars: JsonObject = {};
  let business: Json = null;
  let outcome: Outcome | undefined;
  let cancelDetails: JsonObject | undefined;
  const rows: Row[] = [];
  const effects: Call[] = [];
  const children: Child[] = [];
  const fibers: Fiber[] = [];
  const waitings: Waiting[] = [];
  const kept: InboundEvent[] = [];
  const taken = new Set<string>();
  let completions = 0;
  const remains: { stepPath: string; iteration: readonly number[] }[] = [];
  let queue: { atMs: number; order: number; happen: () => void }[] = [];
  let order = 0;
  const at = (delayMs: number, happen: () => void): void => {
    queue.push({ atMs: nowMs + Math.max(0, delayMs), order: (order += 1), happen });
  };

  // --- values

  function errorOf(row: Row, category: ErrorCategory, code: string, attempt?: number): RunError {
    return {
      category,
      code,
      message: "",
      stepId: row.step.id,
      nodePath: row.step.path,
      at: instantFromMs(nowMs),
      ...(attempt === undefined ? {} : { attempt }),
    };
  }
  function seen(fiber: Fiber | undefined): JsonObject {
    if (fiber === undefined) return vars;
    const all = Object.entries({ ...seen(fiber.parent), ...fiber.own });
    return Object.fromEntries(all.filter(([name]) => !fiber.hidden.has(name)));
  }
  function evaluated(row: Row, scope: Scope, value: Value, event?: Json): Json | undefined {
    switch (value.kind) {
      case "literal":
        return copy(value.value);
      case "expr": {
        const meta = { now: instantFromMs(nowMs), runtimeSemanticsVersion: program.semantics, runId: "run-1" };
        const names = copy({
          ...scope.locals,
          ...(event === undefined ? {} : { event }),
          payload,
          vars: seen(scope.fiber),
          meta,
          system: meta,
        });
        const result = evaluateExpression(value.expression, names, { now: meta.now });
        if (result.error !== undefined) throw new Raised(errorOf(row, "ExpressionError", result.error.code));
        return copy(result.value);
      }
      case "object":
        return copy(
          Object.fromEntries(
            value.entries
              .map(([key, member]) => [key, evaluated(row, scope, member, event)])
              .filter(([, member]) => member !== undefined),
          ) as Json,
        );
      case "array":
        return value.items.map((item) => evaluated(row, scope, item, event)).filter((item) => item !== undefined);
      case "secret":
        return { $secret: value.name };
    }
  }
  function condition(row: Row, scope: Scope, value: Value): boolean {
    const found = evaluated(row, scope, value);
    if (found === undefined || found === null) return false;
    if (typeof found !== "boolean") throw new Raised(errorOf(row, "ExpressionError", "CONDITION_NOT_BOOLEAN"));
    return found;
  }
  function neededOf(row: Row, scope: Scope, { completion, branches }: ParallelStep): number {
    if (completion === "all") return branches.length;
    if (completion === "any") return 1;
    if (typeof completion.quorum === "number") return completion.quorum;
    const quorum = evaluated(row, scope, completion.quorum);
    if (quorum === undefined || quorum === null) throw new Raised(errorOf(row, "ExpressionError", "EXPR_NO_VALUE"));
    if (!Number.isInteger(quorum) || (quorum as number) < 0)
      throw new Raised(errorOf(row, "ExpressionError", "VALUE_TYPE"));
    if (quorum === 0 || (quorum as number) > branches.length)
      throw new Raised(errorOf(row, "ExpressionError", "QUORUM_IMPOSSIBLE"));
    return quorum as number;
  }
  function write(row: Row, fiber: Fiber, target: Target, value: Json | undefined): void {
    const set = (container: Json | undefined, [key, ...rest]: string[]): Json | undefined => {
      if (key === undefined) return copy(value);
      if (container === undefined || container === null) container = value === undefined ? container : {};
      if (container === undefined || container === null) return container;
      if (typeof container !== "object" || Array.isArray(container)) {
        if (value === undefined && typeof container !== "object") return container;
        throw new Raised(errorOf(row, "ExpressionError", "TARGET_NOT_WRITABLE"));
      }
      const next: { [name: string]: Json | undefined } = { ...container };
      if (value === undefined && !(key in next)) return container;
      next[key] = set(next[key], rest);
      if (next[key] === undefined) delete next[key];
      return next as Json;
    };
    const [scope, name, ...rest] = target;
    if (scope === "payload") payload = set(payload, [name as string, ...rest]) ?? null;
    else if (fiber.parent !== undefined && keepsName(fiber, name as string)) {
      const before = seen(fiber)[name as string];
      const changed = set(before, rest);
      delete fiber.own[name as string];
      fiber.hidden.delete(name as string);
      if (changed !== undefined) fiber.own[name as string] = changed;
      else if (before !== undefined) fiber.hidden.add(name as string);
    } else if (fiber.parent !== undefined) write(row, fiber.parent, target, value);
    else vars = set(vars, [name as string, ...rest]) as JsonObject;
  }
  function keepsName({ keeps }: Fiber, name: string): boolean {
    return keeps === "all" || (keeps === "events" && ownNames.includes(name));
  }
  function withOuter(fiber: Fiber): Fiber[] {
    return [fiber, ...(fiber.parent === undefined ? [] : withOuter(fiber.parent))];
  }
  function writeAll(row: Row, scope: Scope, assign: Assignments, event?: Json): void {
    const values = assign.map(({ value }) => evaluated(row, scope, value, event));
    const before = {
      payload,
      vars,
      fibers: withOuter(scope.fiber).map((of) => ({ of, own: { ...of.own }, hidden: [...of.hidden] })),
    };
    try {
      assign.forEach(({ target }, i) => write(row, scope.fiber, target, values[i]));
    } catch (error) {
      ({ payload, vars } = before);
      for (const { of, own, hidden } of before.fibers) {
        for (const name of Object.keys(of.own)) delete of.own[name];
        Object.assign(of.own, own);
        of.hidden.clear();
        for (const name of hidden) of.hidden.add(name);
      }
      throw error;
    }
  }
  function dueOf(row: Row, scope: Scope, when: When): number {
    if (when.kind === "business") throw new Error("the reference has no calendars");
    const given = evaluated(row, scope, when.kind === "until" ? when.until : when.durationMs);
    if (given === undefined || given === null) throw new Raised(errorOf(row, "ExpressionError", "EXPR_NO_VALUE"));
    const ms =
      when.kind === "durationMs"
        ? typeof given === "number"
          ? nowMs + Math.ceil(given)
          : undefined
        : typeof given === "string"
          ? parseInstantMs(given)
          : undefined;
    if (ms === undefined)
      throw new Raised(errorOf(row, "ExpressionError", when.kind === "until" ? "UNTIL_NOT_INSTANT" : "VALUE_TYPE"));
    return ms;
  }

  // --- steps

  function* list(steps: readonly ProgramStep[] | undefined, scope: Scope): Generator<Waiting, void, unknown> {
    for (const step of steps ?? []) {
      try {
        yield* perform(step, scope);
      } catch (thrown) {
        if (!(thrown instanceof Raised) || !scope.goesOn) throw thrown;
      }
    }
  }
  function* perform(step: ProgramStep, scope: Scope): Generator<Waiting, void, unknown> {
    const row: Row = {
      fiber: scope.fiber,
      step,
      iteration: scope.iteration,
      status: step.disabled === true ? "SKIPPED" : "RUNNING",
    };
    rows.push(row);
    if (step.disabled === true) return;
    try {
      yield* body(step, row, scope);
      row.status = "SUCCEEDED";
    } catch (thrown) {
      row.status = thrown instanceof Raised ? "FAILED" : thrown instanceof Returned ? "SUCCEEDED" : "CANCELED";
      if (!(thrown instanceof Raised) || !("onError" in step) || step.onError?.policy !== "continue") throw thrown;
      write(row, scope.fiber, step.onError.captureErrorAs ?? ["vars", "error"], thrown.error as unknown as Json);
    }
  }
  function* body(step: ProgramStep, row: Row, scope: Scope): Generator<Waiting, void, unknown> {
    const inner = (
      steps: readonly ProgramStep[] | undefined,
      more: Partial<Scope> = {},
    ): Generator<Waiting, void, unknown> => list(steps, { ...scope, goesOn: false, ...more });
    switch (step.type) {
      case "transform.assign":
        return writeAll(row, scope, step.assign);
      case "state.set":
        business = evaluated(row, scope, step.state) ?? null;
        return;
      case "control.if":
        return yield* inner(condition(row, scope, step.condition) ? step.then : step.else, { goesOn: scope.goesOn });
      case "control.switch": {
        const taken = step.cases.find(({ when }) => condition(row, scope, when));
        return yield* inner(taken === undefined ? step.default : taken.steps, { goesOn: scope.goesOn });
      }
      case "control.return":
        throw new Returned(step.output === undefined ? null : (evaluated(row, scope, step.output) ?? null));
      case "control.raise":
        throw new Raised(errorOf(row, "BusinessError", evaluated(row, scope, step.code) as string));
      case "control.while": {
        const max = evaluated(row, scope, step.maxIterations) as number;
        for (let i = 0; ; i += 1) {
          const turn: Scope = {
            ...scope,
            goesOn: false,
            locals: { ...scope.locals, iteration: i },
            iteration: [...scope.iteration, i],
          };
          if (!condition(row, turn, step.condition)) return;
          if (i >= max) throw new Raised(errorOf(row, "ControlError", "MAX_ITERATIONS"));
          yield* list(step.body, turn);
        }
      }
      case "control.forEach": {
        const found = evaluated(row, scope, step.items);
        const items = found === undefined || found === null ? [] : Array.isArray(found) ? found : [found];
        const max = step.maxItems === undefined ? 10_000 : (evaluated(row, scope, step.maxItems) as number);
        if (items.length > max) throw new Raised(errorOf(row, "ControlError", "TOO_MANY_ITEMS"));
        const wide = step.concurrency === undefined ? 1 : evaluated(row, scope, step.concurrency);
        if (wide === undefined || wide === null) throw new Raised(errorOf(row, "ExpressionError", "EXPR_NO_VALUE"));
        if (!Number.isInteger(wide) || (wide as number) < 1 || (wide as number) > (program.semantics === 1 ? 1 : 50))
          throw new Raised(errorOf(row, "ExpressionError", "CONCURRENCY_OUT_OF_RANGE"));
        const tolerates = step.onItemError === "continue";
        const collected: Json[] = [];
        const errors: { index: number; error: RunError }[] = [];
        const turnOf = (fiber: Fiber, i: number): Scope => ({
          fiber,
          locals: {
            ...scope.locals,
            item: items[i] as Json,
            index: i,
            length: items.length,
            isFirst: i === 0,
            isLast: i === items.length - 1,
            ...(step.itemVar === undefined ? {} : { [step.itemVar]: items[i] as Json }),
          },
          iteration: [...scope.iteration, i],
          goesOn: tolerates && program.semantics === 1,
        });
        const one = function* (fiber: Fiber, i: number): Generator<Waiting, void, unknown> {
          try {
            yield* list(step.body, turnOf(fiber, i));
            if (step.collect !== undefined) collected[i] = evaluated(row, turnOf(fiber, i), step.collect.value) ?? null;
          } catch (thrown) {
            if (!(thrown instanceof Raised) || !tolerates || program.semantics === 1) throw thrown;
            collected[i] = null;
            errors.push({ index: i, error: thrown.error });
          }
        };
        if (wide === 1) for (const i of items.keys()) yield* one(scope.fiber, i);
        else
          yield* sideBySide(row, scope, {
            count: items.length,
            window: wide as number,
            keeps: "all",
            make: one,
            ended: (_, how) => ("thrown" in how ? how : undefined),
          });
        if (step.collect === undefined) return;
        write(row, scope.fiber, step.collect.saveAs, collected);
        if (!tolerates || program.semantics === 1) return;
        const last = step.collect.saveAs.length - 1;
        write(
          row,
          scope.fiber,
          step.collect.saveAs.map((key, i) => (i === last ? `${key}Errors` : key)) as unknown as Target,
          errors.toSorted((one, other) => one.index - other.index) as unknown as Json,
        );
        return;
      }
      case "control.tryCatch":
        return yield* guarded(step, row, scope, inner);
      case "control.parallel": {
        const result: { counted: string[]; branches: JsonObject } = { counted: [], branches: {} };
        const { length } = step.branches;
        const needed = neededOf(row, scope, step);
        yield* sideBySide(row, scope, {
          count: length,
          window: length,
          keeps: "events",
          make: (fiber, i) => list(step.branches[i]?.steps, { ...scope, fiber, goesOn: false }),
          ended: (i, how, decided) => {
            const id = step.branches[i]?.id as string;
            const thrown = "thrown" in how ? how.thrown : undefined;
            const isRaised = thrown instanceof Raised;
            const status = thrown === undefined || thrown instanceof Returned ? "SUCCEEDED" : "CANCELED";
            result.branches[id] = isRaised ? { status: "FAILED", error: thrown.error as unknown as Json } : { status };
            if (decided) return undefined;
            if (!("thrown" in how)) result.counted.push(id);
            else if (!isRaised || step.completion === "all") return how;
            return undefined;
          },
          look: (left) => {
            if (result.counted.length >= needed) return { value: undefined };
            if (result.counted.length + left < needed)
              return { thrown: new Raised(errorOf(row, "ControlError", "QUORUM_FAILED")) };
            return undefined;
          },
        });
        if (step.saveAs !== undefined) write(row, scope.fiber, step.saveAs, result as unknown as Json);
        return;
      }
      case "action.call": {
        const input = evaluated(row, scope, step.input) ?? null;
        const call: Call = { action: step.action, stepId: step.id, iteration: scope.iteration, input };
        const waiting = waitingFor(row, "call", { effect: step.facts.effect !== "none", held: isPaused() });
        let before = 0;
        const perform = (): void => {
          if (options.hold?.(call, before) === true) {
            before += 1;
            at(0, () => {
              if (waiting.closed) return;
              if (!isPaused()) at(options.releaseAfterMs ?? 50, release);
              waiting.held = true;
            });
            return;
          }
          effects.push(call);
          const answer = options.act?.(call) ?? { output: null };
          if ("never" in answer) return;
          at(answer.afterMs ?? 1, () => {
            if (waiting.closed) return;
            if ("output" in answer) return waiting.settle({ value: answer.output });
            const { category = "ActionError", code = "ACTION_FAILED", attempt = 1 } = answer.error;
            if (step.facts.effect !== "none" && (category === "TimeoutError" || code === "OUTCOME_UNKNOWN"))
              remain(row);
            waiting.settle({ thrown: new Raised(errorOf(row, category, code, attempt)) });
          });
        };
        waiting.again = perform;
        waiting.issue = () => {
          if (waiting.held !== true) perform();
        };
        const output = (yield waiting) as Json;
        if (step.saveAs !== undefined) write(row, scope.fiber, step.saveAs, output);
        if ((step.compensate ?? []).length > 0) {
          const layer = { own: {}, hidden: [], keeps: "nothing" } as const;
          give(scope.fiber, [{ row, locals: scope.locals, order: (completions += 1), layer }]);
        }
        return;
      }
      case "control.saga":
        return yield* saga(step, row, scope, inner);
      case "time.wait": {
        const dueMs = dueOf(row, scope, step.when);
        const skipped = dueMs <= nowMs;
        if (!skipped) {
          const waiting = waitingFor(row, "timer");
          waiting.issue = () => at(dueMs - nowMs, () => waiting.closed || waiting.settle({ value: undefined }));
          yield waiting;
        }
        write(row, scope.fiber, ["vars", "timeWait"], {
          plannedAt: instantFromMs(dueMs),
          firedAt: instantFromMs(nowMs),
          skipped,
        });
        if (step.assign !== undefined) writeAll(row, scope, step.assign);
        return;
      }
      case "event.wait":
        return yield* eventWait(step, row, scope);
      case "human.task":
        return yield* humanTask(step, row, scope);
      case "control.callWorkflow":
        return yield* callWorkflow(step, row, scope);
      default:
        throw new Error(`the reference does not know ${(step as ProgramStep).type}`);
    }
  }
  function* guarded(
    step: Extract<ProgramStep, { type: "control.tryCatch" }>,
    row: Row,
    scope: Scope,
    inner: (steps: readonly ProgramStep[] | undefined, more?: Partial<Scope>) => Generator<Waiting, void, unknown>,
  ): Generator<Waiting, void, unknown> {
    let left: Settled = { value: undefined };
    try {
      try {
        yield* inner(step.try);
      } catch (thrown) {
        if (!(thrown instanceof Raised) || step.catch === undefined) throw thrown;
        const { error } = thrown;
        if (step.catchOn !== undefined && !step.catchOn.includes(error.category) && !step.catchOn.includes(error.code))
          throw thrown;
        if (step.captureErrorAs !== undefined) write(row, scope.fiber, step.captureErrorAs, error as unknown as Json);
        yield* inner(step.catch, { locals: { ...scope.locals, error: error as unknown as Json } });
      }
    } catch (thrown) {
      left = { thrown };
    }
    if (step.finally !== undefined) {
      const { fiber } = scope;
      fiber.sheltered += 1;
      let failure: unknown;
      try {
        yield* inner(step.finally);
      } catch (thrown) {
        failure = thrown;
      }
      fiber.sheltered -= 1;
      if (fiber.sheltered === 0 && fiber.cancelAfterShelter) left = { thrown: cancelled };
      const isCancelled = "thrown" in left && left.thrown === cancelled;
      if (isCancelled && failure instanceof Raised) remain(row, failure.error.nodePath as string);
      if (failure !== undefined && !isCancelled) left = { thrown: failure };
    }
    if ("thrown" in left) throw left.thrown;
  }
  /** Runs parts of a step in fibers of their own, a window at a time, until all have ended or one decides the end. */
  function* sideBySide(row: Row, scope: Scope, parts: Parts): Generator<Waiting, void, unknown> {
    const { fiber } = scope;
    const made: Fiber[] = [];
    const waiting = waitingFor(row, "branches");
    let begun = 0;
    let decided: Settled | undefined;
    const decide = (how: Settled): void => {
      decided = how;
      for (const child of [...made]) cancel(child);
    };
    const look = (): void => {
      for (; decided === undefined && begun < parts.count && made.length < parts.window; begun += 1) begin(begun);
      if (decided === undefined) {
        const how = parts.look?.(made.length);
        if (how !== undefined) decide(how);
        else if (made.length === 0) decided = { value: undefined };
      }
      if (decided !== undefined && made.length === 0 && !waiting.closed) {
        waiting.closed = true;
        fiber.children = [];
        fiber.next = fiber.afterChildren ?? decided;
        fiber.afterChildren = undefined;
      }
    };
    const begin = (i: number): void => {
      const child: Fiber = newFiber(
        fiber,
        (itself) => parts.make(itself, i),
        (how) => {
          made.splice(made.indexOf(child), 1);
          const isDecided = decided !== undefined || fiber.afterChildren !== undefined;
          const end = parts.ended(i, how, isDecided);
          if (end !== undefined && !isDecided) decide(end);
          if (fiber.afterChildren !== undefined) decided = fiber.afterChildren;
          look();
        },
        parts.undone?.[i]?.layer.keeps ?? parts.keeps,
        parts.undone?.[i],
      );
      made.push(child);
    };
    fiber.children = made;
    for (; begun < Math.min(parts.count, parts.window); begun += 1) begin(begun);
    lookWhenWaiting(look);
    yield waiting;
  }
  function* saga(
    step: Extract<ProgramStep, { type: "control.saga" }>,
    row: Row,
    scope: Scope,
    inner: (steps: readonly ProgramStep[] | undefined) => Generator<Waiting, void, unknown>,
  ): Generator<Waiting, void, unknown> {
    const { fiber } = scope;
    const made: Saga = { completed: [], untilMs: undefined };
    const timeoutMs = step.compensateTimeoutMs ?? 3_600_000;
    const untilUndone = typeof timeoutMs === "number" ? timeoutMs : (evaluated(row, scope, timeoutMs) as number);
    let left: Settled = { value: undefined };
    fiber.sagas.push(made);
    try {
      yield* inner(step.body);
    } catch (thrown) {
      left = { thrown };
    }
    const isLeft = "thrown" in left && !(left.thrown instanceof Returned);
    if (isLeft && made.completed.length > 0) {
      fiber.sheltered += 1;
      yield* undo(made, row, scope, untilUndone);
      fiber.sheltered -= 1;
      if (fiber.sheltered === 0 && fiber.cancelAfterShelter) left = { thrown: cancelled };
    }
    fiber.sagas.pop();
    if (!isLeft) give(fiber, made.completed);
    if ("thrown" in left) throw left.thrown;
  }
  function* undo(saga: Saga, row: Row, scope: Scope, timeoutMs: number): Generator<Waiting, void, unknown> {
    const { fiber } = scope;
    const todo = saga.completed.toSorted((one, other) => other.order - one.order);
    saga.completed.splice(0, todo.length, ...todo.toReversed());
    saga.untilMs = nowMs + timeoutMs;
    const timer = waitingFor(row, "timer");
    timer.issue = () =>
      at(timeoutMs, () => {
        if (timer.closed) return;
        const [child] = fiber.children;
        for (const one of fibers.toReversed()) if (one === child || isWithin(one, child)) closeDown(one);
        for (const { row: left } of saga.completed.toReversed()) remain(left);
        (fiber.waiting as Waiting).closed = true;
        fiber.children = [];
        fiber.next = { value: undefined };
      });
    waitings.push(timer);
    yield* sideBySide(row, scope, {
      count: todo.length,
      window: 1,
      keeps: "nothing",
      undone: todo,
      make: (child, i) => {
        const { row: done, locals } = todo[i] as Done;
        saga.completed.pop();
        const { compensate } = done.step as Extract<ProgramStep, { type: "action.call" }>;
        const names = { ...scope.locals, ...locals };
        return list(compensate, { fiber: child, locals: names, iteration: done.iteration, goesOn: false });
      },
      ended: (i, how) => {
        if ("thrown" in how && !(how.thrown instanceof Returned)) remain((todo[i] as Done).row);
        return undefined;
      },
    });
    timer.closed = true;
  }
  function* eventWait(step: EventWaitStep, row: Row, scope: Scope): Generator<Waiting, void, unknown> {
    const name = evaluated(row, scope, step.event);
    const key = evaluated(row, scope, step.correlationKey);
    if (typeof name !== "string" || key === undefined || key === null || key === "")
      throw new Raised(errorOf(row, "ExpressionError", "EXPR_NO_VALUE"));
    const filters = (step.filters ?? []).map(({ path, op, value, valuePath }) => ({
      path,
      op,
      ...(valuePath === undefined ? {} : { valuePath }),
      ...(value === undefined ? {} : { value: evaluated(row, scope, value) as Json }),
    }));
    const holds = (event: InboundEvent): boolean =>
      event.name === name &&
      event.correlationKey === `${key as string}` &&
      filters.every((filter) => filterHolds(filter, event));
    const dueMs = step.timeout === undefined ? undefined : dueOf(row, scope, step.timeout);
    let event = kept.find(holds);
    if (event !== undefined) {
      kept.splice(kept.indexOf(event), 1);
      taken.add(event.id);
    } else {
      const waiting = waitingFor(row, "event", { wait: { name, key: `${key as string}`, holds } });
      waiting.issue = () => {
        if (dueMs !== undefined)
          at(
            dueMs - nowMs,
            () =>
              waiting.closed || waiting.settle({ thrown: new Raised(errorOf(row, "TimeoutError", "WAIT_TIMEOUT")) }),
          );
      };
      event = (yield waiting) as InboundEvent;
    }
    const { inbox: _, ...facts } = event;
    if (step.saveAs !== undefined) write(row, scope.fiber, step.saveAs, event.payload);
    write(row, scope.fiber, ["vars", "event"], facts as unknown as Json);
    write(row, scope.fiber, ["vars", "eventName"], event.name);
    if (step.assign !== undefined) writeAll(row, scope, step.assign, facts as unknown as Json);
  }

  function* callWorkflow(step: CallWorkflowStep, row: Row, scope: Scope): Generator<Waiting, void, unknown> {
    const input = evaluated(row, scope, step.input) ?? null;
    for (let attempt = 1; ; attempt += 1) {
      const { workflow } = step;
      const child: Child = { workflow, stepId: step.id, iteration: scope.iteration, input, attempt };
      const waiting = waitingFor(row, "child");
      waiting.issue = () => {
        children.push(child);
        const given = options.child?.(child) ?? { output: null };
        if ("never" in given) return;
        const afterMs = "refused" in given ? 0 : (given.afterMs ?? 1);
        at(afterMs, () => waiting.closed || waiting.settle({ value: given }));
      };
      const given = (yield waiting) as Exclude<ChildAnswer, { readonly never: true }>;
      if ("output" in given) {
        const { output } = given;
        if (step.saveAs !== undefined) write(row, scope.fiber, step.saveAs, output);
        const childRun = childResult("", child, output) as unknown as Json;
        const inChild = { ...scope, locals: { ...scope.locals, childRun } };
        if (step.output !== undefined) writeAll(row, inChild, step.output);
        return;
      }
      const error = "refused" in given ? given.refused : given.error;
      const isCanceled = error.category === "Cancellation";
      const isOurs = "refused" in given && !isCanceled;
      const failed = isOurs
        ? errorOf(row, error.category, error.code, attempt)
        : errorOf(row, "ChildWorkflowError", isCanceled ? "CHILD_CANCELED" : "CHILD_FAILED", attempt);
      const { maxAttempts = 1, retryOn = [], backoffMs = 0, backoffMultiplier = 1 } = step.retry ?? {};
      const names = [error.category, error.code, failed.category, failed.code];
      if (isCanceled || attempt >= maxAttempts || !names.some((name) => retryOn.includes(name)))
        throw new Raised(failed);
      const delayMs = backoffMs * backoffMultiplier ** (attempt - 1);
      if (delayMs === 0) continue;
      const pause = waitingFor(row, "timer");
      pause.issue = () => at(delayMs, () => pause.closed || pause.settle({ value: undefined }));
      yield pause;
    }
  }
  function* humanTask(step: HumanTaskStep, row: Row, scope: Scope): Generator<Waiting, void, unknown> {
    const text = (value: Value | undefined): string | undefined => {
      const found = value === undefined ? undefined : evaluated(row, scope, value);
      if (typeof found === "object" && found !== null) throw new Raised(errorOf(row, "ExpressionError", "VALUE_TYPE"));
      return found === undefined || found === null ? undefined : `${found}`;
    };
    if (text(step.title) === undefined) throw new Raised(errorOf(row, "ExpressionError", "EXPR_NO_VALUE"));
    text(step.description);
    if (step.context !== undefined) evaluated(row, scope, step.context);
    const people = [step.assignTo.users, step.assignTo.groups].flatMap((value) => {
      const found = value === undefined ? undefined : evaluated(row, scope, value);
      const names = found === undefined || found === null ? [] : Array.isArray(found) ? found : [found];
      for (const name of names)
        if (typeof name !== "string" || name === "") throw new Raised(errorOf(row, "ExpressionError", "VALUE_TYPE"));
      return names;
    });
    if (people.length === 0) throw new Raised(errorOf(row, "ExpressionError", "EXPR_NO_VALUE"));
    if (step.due !== undefined) dueOf(row, scope, step.due);
    if (step.reminders !== undefined) {
      const max = evaluated(row, scope, step.reminders.max);
      if (max === undefined || max === null) throw new Raised(errorOf(row, "ExpressionError", "EXPR_NO_VALUE"));
      if (!Number.isInteger(max) || (max as number) < 0)
        throw new Raised(errorOf(row, "ExpressionError", "VALUE_TYPE"));
      dueOf(row, scope, step.reminders.every);
    }
    const dueMs = step.timeout === undefined ? undefined : dueOf(row, scope, step.timeout);
    const schema = "schema" in step.form ? step.form.schema : options.forms?.[step.form.ref];
    // The schema of a named form is known once the task is there; an answer that is quicker waits for it.
    const waiting = waitingFor(row, "task", { opened: !("ref" in step.form) });
    const raise = (category: ErrorCategory, code: string): void =>
      waiting.settle({ thrown: new Raised(errorOf(row, category, code)) });
    waiting.issue = () => {
      at(0, () => {
        waiting.opened = true;
        if (waiting.closed) return;
        if (schema === undefined) raise("ControlError", "FORM_UNKNOWN");
        else if (waiting.early !== undefined) waiting.settle({ value: waiting.early });
      });
      if (dueMs !== undefined) at(dueMs - nowMs, () => waiting.closed || raise("TimeoutError", "WAIT_TIMEOUT"));
    };
    const { answer, by = "ada", override, submissionId } = (yield waiting) as TaskAnswer;
    if (override !== true && (schema === undefined || validate(schema, answer).length > 0))
      throw new Raised(errorOf(row, "ValidationError", "ANSWER_INVALID"));
    const name = "human.task.completed";
    const facts: Json = { id: submissionId ?? "", name, payload: answer, by, receivedAt: instantFromMs(nowMs) };
    if (step.saveAs !== undefined) write(row, scope.fiber, step.saveAs, answer);
    write(row, scope.fiber, ["vars", "event"], facts);
    write(row, scope.fiber, ["vars", "eventName"], name);
    if (step.assign !== undefined) writeAll(row, scope, step.assign, facts);
  }

  // --- fibers

  /** Looks that a parallel takes once its fiber has come to wait for its branches. */
  const later: (() => void)[] = [];
  function lookWhenWaiting(look: () => void): void {
    later.push(look);
  }
  function remain(row: Row, stepPath = row.step.path): void {
    if (!remains.some((known) => known.stepPath === stepPath && known.iteration.join() === row.iteration.join()))
      remains.push({ stepPath, iteration: row.iteration });
  }
  /** Completed steps go to the nearest saga around, which may have to undo them; a branch or item keeps them till its end. */
  function give(fiber: Fiber, steps: readonly Done[]): void {
    const around = fiber.sagas.at(-1);
    if (around !== undefined) around.completed.push(...steps);
    else if (isInSaga(fiber)) fiber.completed.push(...steps);
  }
  function isInSaga({ undoes, parent }: Fiber): boolean {
    return undoes === undefined && parent !== undefined && (parent.sagas.length > 0 || isInSaga(parent));
  }
  function layered(fiber: Fiber, inner: Done["layer"]): Done["layer"] {
    const own = { ...fiber.own, ...inner.own };
    for (const name of inner.hidden) delete own[name];
    const hidden = [...fiber.hidden, ...inner.hidden].filter((name) => !(name in own));
    return { own, hidden, keeps: fiber.keeps === "all" || inner.keeps === "all" ? "all" : "events" };
  }
  function isWithin({ parent }: Fiber, ancestor: Fiber | undefined): boolean {
    return parent !== undefined && (parent === ancestor || isWithin(parent, ancestor));
  }
  /** Leaves a fiber where it is: nothing of it runs any more. */
  function closeDown(fiber: Fiber): void {
    fibers.splice(fibers.indexOf(fiber), 1);
    const { waiting, undoes, sagas, completed } = fiber;
    if (waiting !== undefined && !waiting.closed) {
      if (waiting.effect === true && waiting.issue === undefined && waiting.held !== true) remain(waiting.row);
      waiting.closed = true;
      waiting.issue = undefined;
    }
    for (const saga of sagas.toReversed()) for (const { row } of saga.completed.toReversed()) remain(row);
    if (undoes !== undefined) remain(undoes);
    for (const { row } of completed.toReversed()) remain(row);
    for (const row of rows) if (row.fiber === fiber && row.status === "RUNNING") row.status = "CANCELED";
  }
  /** Calls are held while others are. */
  function isPaused(): boolean {
    return waitings.some(({ held, closed }) => held === true && !closed);
  }
  function release(): void {
    for (const waiting of waitings) {
      if (waiting.held !== true || waiting.closed) continue;
      waiting.held = false;
      waiting.again?.();
    }
  }
  function waitingFor(row: Row, kind: Waiting["kind"], more: Partial<Waiting> = {}): Waiting {
    return { row, kind, issue: undefined, closed: false, settle: () => undefined, ...more };
  }
  function newFiber(
    parent: Fiber | undefined,
    make: (fiber: Fiber) => Generator<Waiting, void, unknown>,
    ended: Fiber["ended"],
    keeps: Fiber["keeps"] = "events",
    undoes?: Done,
  ): Fiber {
    const fiber = {
      parent,
      keeps,
      undoes: undoes?.row,
      sagas: [],
      completed: [],
      own: { ...undoes?.layer.own },
      hidden: new Set(undoes?.layer.hidden),
      next: { value: undefined },
      waiting: undefined,
      children: [],
      sheltered: 0,
      cancelAfterShelter: false,
      afterChildren: undefined,
      ended,
    } as unknown as Fiber;
    (fiber as { body: Fiber["body"] }).body = make(fiber);
    fibers.push(fiber);
    return fiber;
  }
  function go(fiber: Fiber): void {
    const how = fiber.next as Settled;
    fiber.next = undefined;
    fiber.waiting = undefined;
    const end = (settled: Settled): void => {
      fibers.splice(fibers.indexOf(fiber), 1);
      if (fiber.parent !== undefined) {
        const had = fiber.completed.map((done) => ({ ...done, layer: layered(fiber, done.layer) }));
        give(fiber.parent, had);
      }
      fiber.ended(settled);
    };
    let result: IteratorResult<Waiting, void>;
    try {
      result = "thrown" in how ? fiber.body.throw(how.thrown) : fiber.body.next(how.value);
    } catch (thrown) {
      return end({ thrown });
    }
    if (result.done === true) return end({ value: undefined });
    const waiting = result.value;
    fiber.waiting = waiting;
    waiting.settle = (settled) => {
      waiting.closed = true;
      fiber.next = settled;
    };
    if (waiting.kind !== "branches") waitings.push(waiting);
    for (const look of later.splice(0)) look();
  }
  function cancel(fiber: Fiber): void {
    if (!fibers.includes(fiber)) return;
    if (fiber.sheltered > 0) {
      fiber.cancelAfterShelter = true;
      return;
    }
    if (fiber.children.length > 0) {
      fiber.afterChildren = { thrown: cancelled };
      for (const child of [...fiber.children]) cancel(child);
      return goOn(fiber);
    }
    if (fiber.waiting !== undefined && !fiber.waiting.closed) {
      fiber.waiting.closed = true;
      // What was only just asked for is not done; what was done may have had its effect.
      const { issue, effect, held } = fiber.waiting;
      if (issue === undefined && effect === true && held !== true) remain(fiber.waiting.row);
      fiber.waiting.issue = undefined;
    }
    fiber.next = { thrown: cancelled };
    go(fiber);
  }
  /** A fiber whose last branch has just been cancelled goes on at once, as the cancel does. */
  function goOn(fiber: Fiber): void {
    if (fiber.next !== undefined && fibers.includes(fiber)) go(fiber);
  }
  function turn(): void {
    for (;;) {
      const fiber = fibers.find(({ next }) => next !== undefined);
      if (fiber === undefined || outcome !== undefined) break;
      go(fiber);
    }
    for (const waiting of waitings) {
      const { issue } = waiting;
      waiting.issue = undefined;
      if (!waiting.closed) issue?.();
    }
  }

  // --- the world

  function arrived(event: InboundEvent): void {
    if (taken.has(event.id) || kept.some(({ id }) => id === event.id)) return;
    const waiting = waitings.find((one) => !one.closed && one.wait?.holds(event));
    if (waiting !== undefined) {
      taken.add(event.id);
      waiting.settle({ value: event });
    } else if (event.inbox !== true) kept.push(event);
  }
  for (const { atMs, event } of options.events ?? []) at(atMs, () => arrived(inbound(event, instantFromMs(nowMs))));
  for (const given of options.answers ?? []) {
    at(given.atMs, () => {
      const waiting = waitings.find(
        ({ kind, closed, row }) =>
          kind === "task" && !closed && (given.stepId === undefined || row.step.id === given.stepId),
      );
      if (waiting?.opened === true) waiting.settle({ value: given });
      else if (waiting !== undefined) waiting.early ??= given;
    });
  }
  const root = newFiber(
    undefined,
    (fiber) => list(program.steps, { fiber, locals: {}, iteration: [], goesOn: false }),
    (how) => {
      const thrown = "thrown" in how ? how.thrown : undefined;
      if (thrown !== undefined && thrown !== cancelled && !(thrown instanceof Raised) && !(thrown instanceof Returned))
        throw thrown;
      const named = remains.length === 0 ? {} : { effectsMayRemain: remains };
      if (cancelDetails !== undefined || thrown === cancelled) {
        outcome = {
          status: "canceled",
          error: {
            category: "Cancellation",
            code: "CANCELED",
            message: "",
            at: instantFromMs(nowMs),
            details: { ...cancelDetails, ...named } as Json,
          },
        };
      } else if (thrown instanceof Raised)
        outcome = { status: "failed", error: { ...thrown.error, details: named as Json } };
      else outcome = { status: "succeeded", output: thrown instanceof Returned ? thrown.output : null };
    },
  );
  /** An hour after a cancel, or after what sagas may still undo, what is under way is left as it is. */
  const cutOff = (): void => {
    const untilMs = Math.max(0, ...fibers.flatMap(({ sagas }) => sagas.map((saga) => saga.untilMs ?? 0)));
    if (untilMs > 0) return at(untilMs - nowMs + 3_600_000, cutOff);
    for (const fiber of fibers.toReversed()) closeDown(fiber);
    const named = remains.length === 0 ? {} : { effectsMayRemain: remains };
    outcome = {
      status: "canceled",
      error: {
        category: "Cancellation",
        code: "CANCELED",
        message: "",
        at: instantFromMs(nowMs),
        details: { ...cancelDetails, ...named } as Json,
      },
    };
  };
  if (options.cancelAtMs !== undefined) {
    at(options.cancelAtMs, () => {
      cancelDetails = { by: "tester" };
      cancel(root);
      const limit = waitingFor(rows[0] as Row, "timer");
      limit.issue = () => at(3_600_000, cutOff);
      if (outcome === undefined) waitings.push(limit);
    });
  }
  turn();
  while (outcome === undefined && queue.length > 0) {
    const next = queue.reduce((a, b) => (b.atMs < a.atMs || (b.atMs === a.atMs && b.order < a.order) ? b : a));
    queue = queue.filter((one) => one !== next);
    nowMs = next.atMs;
    next.happen();
    turn();
  }

  return {
    outcome,
    vars,
    payload,
    state: business,
    trace: rows.map(
      ({ step, iteration, status }) =>
        `${step.id}${iteration.length === 0 ? "" : `[${iteration.join(".")}]`} ${status}`,
    ),
    effects,
    children,
  };
}
