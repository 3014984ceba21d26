import type { Assignments, ProgramStep, Value, When } from "../program/program.ts";

/** A value of a step. */
export interface StepValue {
  readonly value: Value;
  /** A scope that only this value sees beside the usual ones. */
  readonly sees?: "event" | "childRun";
  /** It is evaluated with the locals of the step's own block. */
  readonly seesBlock?: true;
  /** It is evaluated once the step's own result is written: what was waited for, or what was given. */
  readonly seesResult?: true;
}

/** The values of a step itself; those of the steps inside it are theirs. */
export function valuesOf(step: ProgramStep): StepValue[] {
  const values: StepValue[] = [];
  const add = (value: Value | undefined, more: Omit<StepValue, "value"> = {}): void => {
    if (value !== undefined) values.push({ value, ...more });
  };
  const addAll = (assignments: Assignments | undefined, more: Omit<StepValue, "value"> = {}): void => {
    for (const { value } of assignments ?? []) add(value, more);
  };
  const addWhen = (when: When | undefined): void => {
    switch (when?.kind) {
      case "durationMs":
        return add(when.durationMs);
      case "until":
        return add(when.until);
      case "business":
        add(when.days);
        return add(when.hours);
      case undefined:
        return;
    }
  };
  switch (step.type) {
    case "action.call":
      add(step.input);
      add(step.timeoutMs);
      add(step.idempotencyKey);
      break;
    case "transform.assign":
      addAll(step.assign);
      break;
    case "state.set":
      add(step.state);
      break;
    case "control.if":
      add(step.condition);
      break;
    case "control.switch":
      for (const one of step.cases) add(one.when);
      break;
    case "control.forEach":
      add(step.items);
      add(step.concurrency);
      add(step.maxItems);
      add(step.collect?.value, { seesBlock: true });
      break;
    case "control.while":
      add(step.condition, { seesBlock: true });
      add(step.maxIterations);
      break;
    case "control.callWorkflow":
      add(step.input);
      addAll(step.output, { sees: "childRun", seesResult: true });
      break;
    case "control.return":
      add(step.output);
      break;
    case "control.raise":
      add(step.code);
      add(step.message);
      add(step.details);
      break;
    case "event.wait":
      add(step.event);
      add(step.correlationKey);
      for (const filter of step.filters ?? []) add(filter.value, { sees: "event" });
      addWhen(step.timeout);
      add(step.lookbackMs);
      addAll(step.assign, { sees: "event", seesResult: true });
      break;
    case "time.wait":
      addWhen(step.when);
      addAll(step.assign, { seesResult: true });
      break;
    case "human.task":
      add(step.title);
      add(step.description);
      add(step.context);
      add(step.assignTo.users);
      add(step.assignTo.groups);
      addWhen(step.due);
      addWhen(step.reminders?.every);
      add(step.reminders?.max);
      addWhen(step.timeout);
      addAll(step.assign, { sees: "event", seesResult: true });
      break;
    case "control.parallel":
      if (typeof step.completion === "object" && typeof step.completion.quorum === "object")
        add(step.completion.quorum);
      break;
    case "control.saga":
      if (typeof step.compensateTimeoutMs === "object") add(step.compensateTimeoutMs);
      break;
    case "control.tryCatch":
      break;
  }
  return values;
}

/** The lists of steps inside a compiled step, in the order of its fields. */
export function programBlocks(step: ProgramStep): (readonly ProgramStep[])[] {
  switch (step.type) {
    case "action.call":
      return present([step.compensate]);
    case "control.if":
      return present([step.then, step.else]);
    case "control.switch":
      return present([...step.cases.map((one) => one.steps), step.default]);
    case "control.forEach":
    case "control.while":
    case "control.saga":
      return [step.body];
    case "control.parallel":
      return step.branches.map((branch) => branch.steps);
    case "control.tryCatch":
      return present([step.try, step.catch, step.finally]);
    default:
      return [];
  }
}

function present(blocks: readonly (readonly ProgramStep[] | undefined)[]): (readonly ProgramStep[])[] {
  return blocks.filter((block) => block !== undefined);
}

/** The expressions in a value. */
export function expressionsOf(value: Value): Extract<Value, { kind: "expr" }>[] {
  switch (value.kind) {
    case "expr":
      return [value];
    case "object":
      return value.entries.flatMap(([, member]) => expressionsOf(member));
    case "array":
      return value.items.flatMap(expressionsOf);
    case "literal":
    case "secret":
      return [];
  }
}

/** The JSON pointer of a step from its step path: `root.steps[2].cases[0].steps[1]` is `/steps/2/cases/0/steps/1`. */
export function stepPointer(step: ProgramStep): string {
  const path = step.path
    .slice("root".length)
    .replace(/\.(then|else|body|default|try|catch|finally|compensate)\.steps/g, ".$1");
  return path.replace(/\[(\d+)\]/g, ".$1").replaceAll(".", "/");
}
