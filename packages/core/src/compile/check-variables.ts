import type { ProgramStep, ProgramTrigger, Target, Value } from "../program/program.ts";
import { shown } from "../definition/value.ts";
import type { Read } from "../expression/reads.ts";
import { readsOf } from "../expression/reads.ts";
import type { IssueList } from "./issue-list.ts";
import type { LostNames } from "./lost-names.ts";
import { didYouMean } from "../values/nearest.ts";
import { expressionsOf, stepPointer, valuesOf } from "./program-walk.ts";
import type { StepValue } from "./program-walk.ts";
import { branchOwn, collectTargets, collectWrites, resultsOf, variable, writesOf } from "./program-writes.ts";
import { KnownVariables, setByAll } from "./variable-scope.ts";

/**
 * Reads of variables that no step before can have set (an error), or that are not set on every way (a warning). It errs on the side
 * of silence: what it does not understand it does not report.
 */
export function checkVariables(
  steps: readonly ProgramStep[],
  issues: IssueList,
  lost: LostNames,
  pointerOf: (value: Value) => string,
): void {
  const all = new Set<string>();
  collectWrites(steps, all);
  const check = new VariableCheck(issues, pointerOf, all);
  check.block(steps, new KnownVariables(), new Set());
  check.report(lost);
}

/** Reads of what a trigger does not see: before there is a run there is the event alone. */
export function checkTriggerNames(
  triggers: readonly ProgramTrigger[],
  issues: IssueList,
  pointerOf: (value: Value) => string,
): void {
  for (const { when, payload } of triggers) {
    for (const value of [when, payload].flatMap((part) => (part === undefined ? [] : expressionsOf(part)))) {
      for (const { names, guarded } of readsOf(value.expression.form)) {
        const [name] = names as [string];
        if (guarded || name === "event" || name === "now") continue;
        const message = `"${shown(name)}" is read here, and a trigger sees the event alone.`;
        const remedy = `Read it from the event, as in event.payload.${name === "payload" || name === "vars" ? (names[1] ?? "total") : name}.`;
        issues.error("VARIABLE_UNDEFINED", { pointer: pointerOf(value) }, message, remedy);
      }
    }
  }
}

/** A name that is read where it is not set, or not on every way. */
interface Miss {
  readonly name: string;
  readonly set: "never" | "sometimes";
  report(): void;
}

const scopeNames: ReadonlySet<string> = new Set(["payload", "vars", "meta", "system", "now"]);
const loopNames = ["item", "index", "length", "isFirst", "isLast"];

class VariableCheck {
  readonly #issues: IssueList;
  readonly #pointerOf: (value: Value) => string;
  readonly #allWrites: ReadonlySet<string>;
  /** Variables that a step before may have set. */
  readonly #possible = new Set<string>();
  /** Reported at the end: only then it is known what lost parts may have set. */
  readonly #misses: Miss[] = [];

  constructor(issues: IssueList, pointerOf: (value: Value) => string, allWrites: ReadonlySet<string>) {
    this.#issues = issues;
    this.#pointerOf = pointerOf;
    this.#allWrites = allWrites;
  }

  report(lost: LostNames): void {
    const isExplained = lost.explain(new Set(this.#misses.map(({ name }) => name)));
    for (const miss of this.#misses) {
      if (!this.#issues.isFull && !isExplained(miss.name, miss.set)) miss.report();
    }
  }

  /** @returns whether the block can end normally */
  block(steps: readonly ProgramStep[], known: KnownVariables, locals: ReadonlySet<string>): boolean {
    let ends = true;
    for (const step of steps) {
      if (step.disabled !== true && ends) ends = this.#step(step, known, locals);
    }
    return ends;
  }

  #step(step: ProgramStep, known: KnownVariables, locals: ReadonlySet<string>): boolean {
    for (const value of valuesOf(step)) {
      if (value.seesBlock === true) continue;
      const seen = value.seesResult === true ? new KnownVariables(known, resultsOf(step)) : known;
      this.#reads(value, step, seen, locals);
    }
    switch (step.type) {
      case "control.return":
      case "control.raise":
        return false;
      case "control.if":
        return this.#branches([step.then, step.else ?? []], known, locals);
      case "control.switch":
        return this.#branches([...step.cases.map((one) => one.steps), step.default ?? []], known, locals);
      case "control.forEach":
      case "control.while":
        this.#loop(step, known, locals);
        return true;
      case "control.parallel":
        return this.#parallel(step, known, locals);
      case "control.tryCatch":
        return this.#tryCatch(step, known, locals);
      case "control.saga":
        return this.block(step.body, known, locals);
      default:
        this.#write(step, known);
        if (step.type === "action.call" && step.compensate !== undefined) {
          this.block(step.compensate, known.inside(), locals);
        }
        return true;
    }
  }

  #branches(
    branches: readonly (readonly ProgramStep[])[],
    known: KnownVariables,
    locals: ReadonlySet<string>,
  ): boolean {
    const after = branches.map((steps) => {
      const inside = known.inside();
      return this.block(steps, inside, locals) ? inside : undefined;
    });
    for (const name of setByAll(after)) known.own.add(name);
    return after.some((one) => one !== undefined);
  }

  #loop(
    step: Extract<ProgramStep, { type: "control.forEach" | "control.while" }>,
    known: KnownVariables,
    locals: ReadonlySet<string>,
  ): void {
    const written = new Set<string>();
    collectWrites(step.body, written);
    const added = [...written].filter((name) => !this.#possible.has(name));
    for (const name of added) this.#possible.add(name);
    const isForEach = step.type === "control.forEach";
    const names = isForEach ? [...loopNames, ...(step.itemVar === undefined ? [] : [step.itemVar])] : ["iteration"];
    const inner = new Set([...locals, ...names]);
    const inside = known.inside();
    this.block(step.body, inside, inner);
    for (const value of valuesOf(step)) {
      // A condition is asked before the first body, a collected value after each.
      if (value.seesBlock !== true) continue;
      this.#reads(
        value,
        step,
        isForEach ? new KnownVariables(inside, this.#collected(value, step, inside)) : known,
        inner,
      );
    }
    if (!isForEach) return;
    if (step.concurrency?.kind === "literal" && step.concurrency.value !== 1) {
      // Items side by side write to layers of their own, which are dropped.
      for (const name of added) this.#possible.delete(name);
    }
    this.#write(step, known);
  }

  /** Variables that the body sets on some ways only, so that an item may collect the value of the one before it. */
  #collected(
    collect: StepValue,
    step: Extract<ProgramStep, { type: "control.forEach" }>,
    inside: KnownVariables,
  ): Set<string> {
    const written = new Set<string>();
    collectWrites(step.body, written);
    const doubtful = new Set<string>();
    for (const value of expressionsOf(collect.value)) {
      for (const { names } of readsOf(value.expression.form)) {
        const name = names[0] === "vars" ? names[1] : names[0];
        if (name === undefined || !written.has(name) || inside.own.has(name)) continue;
        doubtful.add(name);
        const message = `What is collected reads "${shown(name)}", which the body sets on some ways only: with another concurrency the result would be another.`;
        this.#issues.warning(
          "COLLECT_DEPENDS_ON_CONCURRENCY",
          { pointer: this.#pointerOf(value), stepId: step.id },
          message,
        );
      }
    }
    return doubtful;
  }

  #parallel(
    step: Extract<ProgramStep, { type: "control.parallel" }>,
    known: KnownVariables,
    locals: ReadonlySet<string>,
  ): boolean {
    for (const branch of step.branches) collectWrites(branch.steps, this.#possible);
    this.#branchesWriteSame(step);
    const after: string[] = [];
    let ends = true;
    for (const branch of step.branches) {
      const inside = known.inside();
      const branchEnds = this.block(branch.steps, inside, locals);
      if (step.completion !== "all") continue;
      ends &&= branchEnds;
      after.push(...[...inside.own].filter((name) => !branchOwn.has(name)));
    }
    // Only now: no branch may lean on what another one sets.
    for (const name of after) known.own.add(name);
    this.#write(step, known);
    return ends;
  }

  #branchesWriteSame(step: Extract<ProgramStep, { type: "control.parallel" }>): void {
    /** Which branch writes a place, and which writes something inside of it. */
    const writers = new Map<string, string>();
    const insideWriters = new Map<string, string>();
    for (const branch of step.branches) {
      const targets = new Map(collectTargets(branch.steps).map((target) => [target.join("."), target]));
      for (const [path, target] of targets) {
        if (target[0] === "vars" && branchOwn.has(target[1] ?? "")) continue;
        const other =
          insideWriters.get(path) ??
          prefixesOf(target)
            .map((prefix) => writers.get(prefix))
            .find((id) => id !== undefined);
        if (other === undefined) continue;
        const message = `The branches "${other}" and "${branch.id}" may both write ${shown(path)}.`;
        this.#issues.warning("BRANCHES_WRITE_SAME", { pointer: stepPointer(step), stepId: step.id }, message);
      }
      for (const [path, target] of targets) {
        writers.set(path, branch.id);
        for (const prefix of prefixesOf(target)) insideWriters.set(prefix, branch.id);
      }
    }
  }

  #tryCatch(
    step: Extract<ProgramStep, { type: "control.tryCatch" }>,
    known: KnownVariables,
    locals: ReadonlySet<string>,
  ): boolean {
    const tried = known.inside();
    const ways: (KnownVariables | undefined)[] = [this.block(step.try, tried, locals) ? tried : undefined];
    if (step.captureErrorAs !== undefined) this.#possible.add(variable(step.captureErrorAs) ?? "");
    if (step.catch !== undefined) {
      const caught = known.inside();
      const captured = variable(step.captureErrorAs);
      if (captured !== undefined) caught.own.add(captured);
      ways.push(this.block(step.catch, caught, new Set([...locals, "error"])) ? caught : undefined);
    }
    const finished = step.finally === undefined || this.block(step.finally, known, locals);
    for (const name of setByAll(ways)) known.own.add(name);
    return finished && ways.some((way) => way !== undefined);
  }

  /** What the step itself writes, apart from its blocks. */
  #write(step: ProgramStep, known: KnownVariables): void {
    for (const { name, certain } of writesOf(step)) {
      this.#possible.add(name);
      if (certain) known.own.add(name);
    }
  }

  #reads(found: StepValue, step: ProgramStep, known: KnownVariables, locals: ReadonlySet<string>): void {
    for (const value of expressionsOf(found.value)) {
      const place = { pointer: this.#pointerOf(value), stepId: step.id };
      for (const read of readsOf(value.expression.form)) this.#read(read, place, known, locals, found.sees);
    }
  }

  #read(
    read: Read,
    place: { readonly pointer: string; readonly stepId: string },
    known: KnownVariables,
    locals: ReadonlySet<string>,
    sees: string | undefined,
  ): void {
    const [first, second] = read.names as [string, string | undefined];
    if (read.guarded || first === sees || locals.has(first)) return;
    const name = first === "vars" ? second : first;
    if (name === undefined || (first !== "vars" && scopeNames.has(first)) || known.has(name)) return;
    const text = first === "vars" ? `vars.${shown(name)}` : `"${shown(name)}"`;
    if (this.#possible.has(name)) {
      const message = `${text} is not set on every way that leads here.`;
      this.#miss(name, "sometimes", () => this.#issues.warning("VARIABLE_MAYBE_UNDEFINED", place, message));
      return;
    }
    this.#miss(name, "never", () => {
      const message = this.#allWrites.has(name)
        ? `${text} is read here, and is set only later.`
        : `${text} is read here, and no step sets it.${didYouMean(name, [...this.#allWrites, ...locals, ...scopeNames])}`;
      this.#issues.error("VARIABLE_UNDEFINED", place, message);
    });
  }

  #miss(name: string, set: Miss["set"], report: () => void): void {
    this.#misses.push({ name, set, report });
  }
}

/** A target's own path and those of everything around it, as dotted text. */
function prefixesOf(target: Target): string[] {
  return target.slice(1).map((_, i) => target.slice(0, i + 2).join("."));
}
