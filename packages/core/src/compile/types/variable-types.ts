import { neutralValue } from "../../definition/stand-in.ts";
import type { ProgramStep, Target, Value } from "../../program/program.ts";
import { noTarget } from "../target.ts";
import { inferType } from "./infer.ts";
import type { NameTypes } from "./infer.ts";
import { errorType, loopTypes, timeWaitType } from "./known-types.ts";
import type { KnownTypes } from "./known-types.ts";
import type { Type } from "./type.ts";
import {
  anything,
  listOf,
  memberOf,
  nothing,
  nullType,
  number,
  once,
  objectOf,
  openObject,
  text,
  union,
  typeOfJson,
  itemOf,
} from "./type.ts";

/** Names that a step sees beside the scopes, each with its type once that is asked for. */
export type Locals = ReadonlyMap<string, () => Type>;

/** So many variables are followed from one to the next. */
const chainMax = 20;

/**
 * Types of variables, each what all the steps that may write it write, whichever came last. A variable of which a part is written
 * can be anything.
 */
export class VariableTypes {
  readonly #known: KnownTypes;
  readonly #scopes: (name: string) => Type | undefined;
  readonly #isComplete: boolean;
  readonly #writers = new Map<string, (() => Type)[]>();
  readonly #types = new Map<string, Type>();
  readonly #busy = new Set<string>();

  /**
   * @param scopes the type of a scope's name; undefined: it is none
   * @param isComplete whether every step that may write was read
   */
  constructor(known: KnownTypes, scopes: (name: string) => Type | undefined, isComplete: boolean) {
    this.#known = known;
    this.#scopes = scopes;
    this.#isComplete = isComplete;
  }

  typeOf(name: string): Type {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const writers = this.#writers.get(name);
    // What nobody writes is reported elsewhere. What depends on itself, or on very many others, could be anything.
    if (!this.#isComplete || writers === undefined || this.#busy.has(name) || this.#busy.size > chainMax)
      return anything;
    this.#busy.add(name);
    const type = union(...writers.map((writer) => writer()));
    this.#busy.delete(name);
    this.#types.set(name, type);
    return type;
  }

  has(name: string): boolean {
    return this.#writers.has(name);
  }

  /** What names mean for a step with these locals. */
  namesFor(locals: Locals): NameTypes {
    const scope = (name: string): Type | undefined =>
      name === "vars" ? this.#vars : (this.#scopes(name) ?? locals.get(name)?.());
    return {
      // The time is the last thing that a name can mean.
      typeOf: (name) => scope(name) ?? (name === "now" && !this.has(name) ? text : this.typeOf(name)),
      has: (name) => scope(name) !== undefined || name === "now" || this.has(name),
    };
  }

  valueType(value: Value, locals: Locals): Type {
    switch (value.kind) {
      case "literal":
        return typeOfJson(value.value);
      case "expr":
        // It stands for what could not be read.
        if (value.expression.source === neutralValue.$expr) return anything;
        return inferType(value.expression.form, this.namesFor(locals), () => undefined);
      case "secret":
        return text;
      case "array":
        return listOf(once(() => union(...value.items.map((item) => this.valueType(item, locals)))));
      case "object": {
        const members = new Map(
          value.entries.map(([key, member]) => [key, once(() => this.valueType(member, locals))] as const),
        );
        return [
          { kind: "object", names: () => [...members.keys()], member: (name) => members.get(name)?.() ?? nothing },
        ];
      }
    }
  }

  /** Takes note of what a step itself writes, the steps inside it left aside. */
  note(step: ProgramStep, locals: Locals): void {
    const write = (target: Target | undefined, type: () => Type): void => this.#write(target, type);
    const assign = (
      assignments: Extract<ProgramStep, { type: "transform.assign" }>["assign"] | undefined,
      more: Locals,
    ): void => {
      for (const { target, value } of assignments ?? []) write(target, () => this.valueType(value, more));
    };
    const saw = (event: Type): Locals => new Map([...locals, ["event", () => event]]);
    switch (step.type) {
      case "action.call":
        write(step.saveAs, () => this.#known.output(step.action));
        break;
      case "control.callWorkflow":
        write(step.saveAs, () => anything);
        assign(step.output, new Map([...locals, ["childRun", () => this.#known.childRun(step)]]));
        break;
      case "transform.assign":
        assign(step.assign, locals);
        break;
      case "control.forEach": {
        const { collect } = step;
        if (collect === undefined) break;
        const element = once(() => union(nullType, this.valueType(collect.value, this.bodyLocals(step, locals))));
        write(collect.saveAs, () => listOf(element));
        const path = collect.saveAs.slice(0, -1) as unknown as Target;
        write([...path, `${collect.saveAs.at(-1)}Errors`] as unknown as Target, () =>
          listOf(() => objectOf({ index: number, error: errorType })),
        );
        break;
      }
      case "control.parallel":
        write(step.saveAs, () => openObject({ counted: listOf(() => text) }));
        break;
      case "control.tryCatch":
        write(step.captureErrorAs, () => errorType);
        break;
      case "event.wait": {
        const event = this.eventOf(step);
        write(step.saveAs, () => memberOf(event, "payload"));
        write(["vars", "event"], () => event);
        write(["vars", "eventName"], () => text);
        assign(step.assign, saw(event));
        break;
      }
      case "human.task": {
        const event = this.answeredOf(step);
        write(step.saveAs, () => memberOf(event, "payload"));
        write(["vars", "event"], () => event);
        write(["vars", "eventName"], () => text);
        assign(step.assign, saw(event));
        break;
      }
      case "time.wait":
        write(["vars", "timeWait"], () => timeWaitType);
        assign(step.assign, locals);
        break;
      default:
        break;
    }
    if ((step.type === "action.call" || step.type === "control.callWorkflow") && step.onError?.policy === "continue")
      write(step.onError.captureErrorAs ?? ["vars", "error"], () => errorType);
  }

  eventOf(step: Extract<ProgramStep, { type: "event.wait" }>): Type {
    return this.#known.event(
      step.event.kind === "literal" && typeof step.event.value === "string" ? step.event.value : undefined,
    );
  }

  answeredOf(step: Extract<ProgramStep, { type: "human.task" }>): Type {
    return openObject({ id: text, name: text, payload: this.#known.answer(step), by: text, receivedAt: text });
  }

  /** What the body of a loop sees. */
  bodyLocals(step: Extract<ProgramStep, { type: "control.forEach" }>, locals: Locals): Locals {
    const item = once(() => itemOf(this.valueType(step.items, locals)));
    return new Map([
      ...locals,
      ...Object.entries(loopTypes).map(([name, type]) => [name, () => type] as const),
      ["item", item],
      ...(step.itemVar === undefined ? [] : [[step.itemVar, item] as const]),
    ]);
  }

  get #vars(): Type {
    return [{ kind: "object", member: (name) => this.typeOf(name) }];
  }

  #write(target: Target | undefined, type: () => Type): void {
    if (target === undefined || target === noTarget || target[0] !== "vars") return;
    const name = target[1] as string;
    const writers = this.#writers.get(name) ?? [];
    writers.push(target.length === 2 ? type : () => anything);
    this.#writers.set(name, writers);
  }
}
