import { canonicalHash } from "../canonical/canonical-hash.ts";
import { compileExpression } from "../compile/expression/compile-expression.ts";
import { parseTarget } from "../compile/target.ts";
import type {
  ActionFacts,
  Assignments,
  ErrorPolicy,
  ParallelStep,
  Program,
  ProgramStep,
  RetryPolicy,
  SemanticsVersion,
  Target,
  Value,
  When,
} from "../program/program.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";

/** A step as an author writes it, without the checks of publishing: for tests of what runs. */
export interface StepSource {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What tests say of their actions; left out: no effect, remote, 30 s. */
export type ActionSource = { readonly [action: string]: Partial<ActionFacts> };

const expressions = new Map<string, Value>();

/** `{ $expr: source }`, short. */
export function x(source: string): { $expr: string } {
  return { $expr: source };
}

export function buildProgram(
  steps: readonly StepSource[],
  options: { readonly semantics?: SemanticsVersion; readonly actions?: ActionSource } = {},
): Program {
  const built = list(steps, "root.steps", options.actions ?? {});
  const body = {
    format: 1,
    workflow: "test",
    semantics: options.semantics ?? 2,
    definitionHash: canonicalHash(steps),
    steps: built,
  } as const;
  return { ...body, programHash: canonicalHash(body) };
}

function completionOf(source: "all" | "any" | { readonly quorum: Json }): ParallelStep["completion"] {
  return typeof source === "object" ? { quorum: numberOrValue(source.quorum) } : source;
}

/** What publishing keeps as a number where it is one. */
function numberOrValue(source: Json): number | Value {
  return typeof source === "number" ? source : valueOf(source);
}

function list(steps: readonly StepSource[], path: string, actions: ActionSource): ProgramStep[] {
  return steps.map((step, i) => build(step, path + "[" + i + "]", actions));
}

function build(source: StepSource, path: string, actions: ActionSource): ProgramStep {
  const { id, type } = source;
  const common = { id, path, ...(source["disabled"] === true ? { disabled: true as const } : {}) };
  const value = (field: string): Value => valueOf(source[field] as Json);
  const optional = <Name extends string>(name: Name): { [key in Name]?: Value } =>
    source[name] === undefined ? {} : ({ [name]: value(name) } as { [key in Name]: Value });
  const target = <Name extends string>(name: Name): { [key in Name]?: Target } =>
    source[name] === undefined ? {} : ({ [name]: targetOf(source[name] as string) } as { [key in Name]: Target });
  const inner = (field: string): ProgramStep[] =>
    list(source[field] as StepSource[], path + "." + field + ".steps", actions);
  const optionalInner = <Name extends string>(name: Name): { [key in Name]?: ProgramStep[] } =>
    source[name] === undefined ? {} : ({ [name]: inner(name) } as { [key in Name]: ProgramStep[] });
  const assign =
    source["assign"] === undefined ? {} : { assign: assignments(source["assign"] as { [name: string]: Json }) };
  switch (type) {
    case "action.call": {
      const action = source["action"] as string;
      return {
        ...common,
        type,
        action,
        facts: { effect: "none", execution: "remote", batch: false, timeoutMs: 30_000, ...actions[action] },
        input: valueOf((source["input"] ?? {}) as Json),
        ...target("saveAs"),
        ...(source["retry"] === undefined ? {} : { retry: source["retry"] as RetryPolicy }),
        ...optional("timeoutMs"),
        ...errorPolicy(source),
        ...optional("idempotencyKey"),
        ...optionalInner("compensate"),
      };
    }
    case "transform.assign":
      return { ...common, type, assign: assignments(source["assign"] as { [name: string]: Json }) };
    case "state.set":
      return { ...common, type, state: value("state") };
    case "control.if":
      return { ...common, type, condition: value("condition"), then: inner("then"), ...optionalInner("else") };
    case "control.switch":
      return {
        ...common,
        type,
        cases: (source["cases"] as { when: Json; steps: StepSource[] }[]).map((one, i) => ({
          when: valueOf(one.when),
          steps: list(one.steps, path + ".cases[" + i + "].steps", actions),
        })),
        ...optionalInner("default"),
      };
    case "control.forEach": {
      const collect = source["collect"] as { value: Json; saveAs: string } | undefined;
      return {
        ...common,
        type,
        items: value("items"),
        ...(source["itemVar"] === undefined ? {} : { itemVar: source["itemVar"] as string }),
        body: inner("body"),
        ...optional("concurrency"),
        ...(source["onItemError"] === undefined ? {} : { onItemError: source["onItemError"] as "fail" | "continue" }),
        ...(collect === undefined
          ? {}
          : { collect: { value: valueOf(collect.value), saveAs: targetOf(collect.saveAs) } }),
        ...optional("maxItems"),
      };
    }
    case "control.while":
      return {
        ...common,
        type,
        condition: value("condition"),
        body: inner("body"),
        maxIterations: value("maxIterations"),
      };
    case "control.parallel":
      return {
        ...common,
        type,
        branches: (source["branches"] as { id: string; steps: StepSource[] }[]).map((branch, i) => ({
          id: branch.id,
          steps: list(branch.steps, path + ".branches[" + i + "].steps", actions),
        })),
        completion: completionOf((source["completion"] ?? "all") as "all" | "any" | { readonly quorum: Json }),
        ...target("saveAs"),
      };
    case "control.tryCatch":
      return {
        ...common,
        type,
        try: inner("try"),
        ...optionalInner("catch"),
        ...target("captureErrorAs"),
        ...(source["catchOn"] === undefined ? {} : { catchOn: source["catchOn"] as string[] }),
        ...optionalInner("finally"),
      };
    case "control.saga":
      return {
        ...common,
        type,
        body: inner("body"),
        ...(source["compensateTimeoutMs"] === undefined
          ? {}
          : { compensateTimeoutMs: numberOrValue(source["compensateTimeoutMs"] as Json) }),
      };
    case "control.return":
      return { ...common, type, ...optional("output") };
    case "control.raise":
      return {
        ...common,
        type,
        code: value("code"),
        message: valueOf((source["message"] ?? "raised") as Json),
        ...optional("details"),
      };
    case "event.wait": {
      const timeout =
        source["timeoutMs"] === undefined
          ? (source["timeout"] as { [form: string]: Json } | undefined)
          : { durationMs: source["timeoutMs"] as Json };
      const filters = source["filters"] as { path: string; op: "="; value?: Json }[] | undefined;
      return {
        ...common,
        type,
        event: value("event"),
        correlationKey: value("correlationKey"),
        ...(filters === undefined
          ? {}
          : {
              filters: filters.map(({ path: at, op, value: given }) =>
                given === undefined ? { path: at, op } : { path: at, op, value: valueOf(given) },
              ),
            }),
        ...(timeout === undefined ? {} : { timeout: whenOf(timeout) }),
        ...optional("lookbackMs"),
        ...target("saveAs"),
        ...assign,
      };
    }
    case "control.callWorkflow":
      return {
        ...common,
        type,
        workflow: (source["workflow"] ?? "child") as string,
        version: (source["version"] ?? 1) as number,
        input: valueOf((source["input"] ?? {}) as Json),
        ...target("saveAs"),
        ...(source["output"] === undefined
          ? {}
          : { output: assignments(source["output"] as { [name: string]: Json }) }),
        ...(source["retry"] === undefined ? {} : { retry: source["retry"] as RetryPolicy }),
        ...errorPolicy(source),
      };
    case "human.task": {
      const when = <Name extends string>(name: Name): { [key in Name]?: When } => {
        const short = source[`${name}Ms`];
        const given = short === undefined ? source[name] : { durationMs: short };
        return given === undefined
          ? {}
          : ({ [name]: whenOf(given as { [form: string]: Json }) } as { [key in Name]: When });
      };
      const reminders = source["reminders"] as { every?: Json; everyMs?: Json; max: Json } | undefined;
      const assignTo = (source["assignTo"] ?? { users: ["ada"] }) as { users?: Json; groups?: Json };
      const form = (source["form"] ?? {}) as { ref?: string };
      return {
        ...common,
        type,
        title: valueOf((source["title"] ?? id) as Json),
        ...optional("description"),
        ...optional("context"),
        assignTo: {
          ...(assignTo.users === undefined ? {} : { users: valueOf(assignTo.users) }),
          ...(assignTo.groups === undefined ? {} : { groups: valueOf(assignTo.groups) }),
        },
        form: form.ref === undefined ? { schema: form as Json } : { ref: form.ref },
        ...when("due"),
        ...(reminders === undefined
          ? {}
          : {
              reminders: {
                every: whenOf((reminders.every ?? { durationMs: reminders.everyMs }) as { [form: string]: Json }),
                max: valueOf(reminders.max),
              },
            }),
        ...when("timeout"),
        ...target("saveAs"),
        ...assign,
      };
    }
    case "time.wait":
      return { ...common, type, when: whenOf(source as unknown as { [form: string]: Json }), ...assign };
    default:
      // A kind that the interpreter does not know.
      return { ...common, type } as unknown as ProgramStep;
  }
}

function errorPolicy(source: StepSource): { onError?: ErrorPolicy } {
  const onError = source["onError"] as { policy: "fail" | "continue"; captureErrorAs?: string } | undefined;
  if (onError === undefined) return {};
  const { policy, captureErrorAs } = onError;
  return { onError: captureErrorAs === undefined ? { policy } : { policy, captureErrorAs: targetOf(captureErrorAs) } };
}

function whenOf(when: { readonly [form: string]: Json }): When {
  if (when["durationMs"] !== undefined) return { kind: "durationMs", durationMs: valueOf(when["durationMs"]) };
  if (when["until"] !== undefined) return { kind: "until", until: valueOf(when["until"]) };
  const business = when["business"] as { days?: Json; hours?: Json; calendar: string };
  return {
    kind: "business",
    ...(business.days === undefined ? {} : { days: valueOf(business.days) }),
    ...(business.hours === undefined ? {} : { hours: valueOf(business.hours) }),
    calendar: business.calendar,
  };
}

function assignments(source: { readonly [name: string]: Json }): Assignments {
  return Object.keys(source).map((name) => ({ target: targetOf(name), value: valueOf(source[name] as Json) }));
}

function targetOf(text: string): Target {
  const target = parseTarget(text);
  if (target === undefined) throw new Error(`no target: ${text}`);
  return target;
}

export function valueOf(source: Json): Value {
  if (Array.isArray(source)) {
    const items = source.map(valueOf);
    return items.every((item) => item.kind === "literal")
      ? { kind: "literal", value: source }
      : { kind: "array", items };
  }
  if (!isJsonObject(source)) return { kind: "literal", value: source };
  if (typeof source["$expr"] === "string") return expressionOf(source["$expr"]);
  if (typeof source["$secret"] === "string") {
    return {
      kind: "secret",
      name: source["$secret"],
      ...(source["format"] === undefined ? {} : { format: source["format"] as string }),
    };
  }
  if (source["$literal"] !== undefined) return { kind: "literal", value: source["$literal"] };
  const entries = Object.keys(source).map((key) => [key, valueOf(source[key] as Json)] as const);
  return entries.every(([, value]) => value.kind === "literal")
    ? { kind: "literal", value: source }
    : { kind: "object", entries };
}

function expressionOf(source: string): Value {
  let value = expressions.get(source);
  if (value === undefined) {
    const compiled = compileExpression(source);
    if (!("expression" in compiled) || compiled.expression === undefined)
      throw new Error(`${source}: ${JSON.stringify(compiled)}`);
    value = { kind: "expr", expression: compiled.expression };
    expressions.set(source, value);
  }
  return value;
}
