import type { ErrorCode } from "../errors/errors.ts";
import type { ProgramStep, ProgramTrigger, Value } from "../program/program.ts";
import type { ReadonlyJson } from "../values/json.ts";
import { isJsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import type { CompileCatalogue } from "./catalogue.ts";
import type { IssueList } from "./issue-list.ts";
import type { LostNames } from "./lost-names.ts";
import { expressionsOf, programBlocks, stepPointer, valuesOf } from "./program-walk.ts";
import { collectTargets } from "./program-writes.ts";
import { conditionKindsOf, fieldKindsOf } from "./types/field-kinds.ts";
import type { FieldKinds } from "./types/field-kinds.ts";
import { inferType } from "./types/infer.ts";
import { errorType, KnownTypes, metaType } from "./types/known-types.ts";
import type { Finding } from "./types/operations.ts";
import { typeOfSchema } from "./types/schema-type.ts";
import type { Type } from "./types/type.ts";
import { anything, isAnything, isChecked, itemOf, kindsOf, memberOf, number, verdictOn } from "./types/type.ts";
import type { Locals } from "./types/variable-types.ts";
import { VariableTypes } from "./types/variable-types.ts";

export interface TypedParts {
  readonly steps: readonly ProgramStep[];
  readonly triggers: readonly ProgramTrigger[];
  readonly payload: ReadonlyJson | undefined;
  readonly catalogue: CompileCatalogue;
}

/**
 * Checks what expressions do with values whose schema is known: the payload, what actions give, answers, events, and what is computed
 * of them. What fails for every value that can stand there is an error; what fails for some, or where nobody holds data to its
 * schema, is a warning. Nothing is said of what is not known.
 */
export function checkTypes(
  parts: TypedParts,
  issues: IssueList,
  lost: LostNames,
  pointerOf: (value: Value) => string,
): void {
  new TypeCheck(parts, issues, lost, pointerOf).run();
}

interface Visit {
  readonly step: ProgramStep;
  readonly locals: Locals;
}

/** Where something is said of a value. */
interface Place {
  readonly pointer: string;
  readonly stepId?: string;
}

class TypeCheck {
  readonly #parts: TypedParts;
  readonly #issues: IssueList;
  readonly #lost: LostNames;
  readonly #pointerOf: (value: Value) => string;
  readonly #known: KnownTypes;
  readonly #variables: VariableTypes;
  readonly #payload: Type;
  readonly #visits: Visit[] = [];
  readonly #said = new Set<string>();
  /** Where the author asks for the kinds of values, what goes wrong with some of them is known to him. */
  #asksForKinds = false;
  /** Reported at the end: only then it is known which fields lost parts may have set. */
  readonly #absent: { readonly name: string; report(): void }[] = [];

  constructor(parts: TypedParts, issues: IssueList, lost: LostNames, pointerOf: (value: Value) => string) {
    this.#parts = parts;
    this.#issues = issues;
    this.#lost = lost;
    this.#pointerOf = pointerOf;
    this.#known = new KnownTypes(parts.catalogue);
    this.#payload = payloadType(parts.payload, parts.steps);
    this.#variables = new VariableTypes(this.#known, (name) => this.#scope(name), lost.isEmpty);
  }

  run(): void {
    this.#walk(this.#parts.steps, new Map());
    for (const trigger of this.#parts.triggers) this.#trigger(trigger);
    for (const visit of this.#visits) {
      if (this.#issues.isFull) break;
      this.#step(visit);
    }
    const isExplained = this.#lost.explain(new Set(this.#absent.map(({ name }) => name)));
    for (const { name, report } of this.#absent) if (!isExplained(name, "never")) report();
  }

  #scope(name: string): Type | undefined {
    switch (name) {
      case "payload":
        return this.#payload;
      case "meta":
      case "system":
        return metaType;
      default:
        return undefined;
    }
  }

  /** Takes note of every step, and of all that is written, before anything is checked. */
  #walk(steps: readonly ProgramStep[], locals: Locals): void {
    for (const step of steps) {
      if (step.disabled === true) continue;
      this.#variables.note(step, locals);
      this.#visits.push({ step, locals });
      for (const { value } of valuesOf(step))
        for (const { expression } of expressionsOf(value)) this.#asksForKinds ||= expression.source.includes("$type");
      switch (step.type) {
        case "control.forEach":
          this.#walk(step.body, this.#variables.bodyLocals(step, locals));
          break;
        case "control.while":
          this.#walk(step.body, whileLocals(locals));
          break;
        case "control.tryCatch":
          this.#walk(step.try, locals);
          this.#walk(step.catch ?? [], new Map([...locals, ["error", () => errorType]]));
          this.#walk(step.finally ?? [], locals);
          break;
        default:
          for (const block of programBlocks(step)) this.#walk(block, locals);
      }
    }
  }

  #trigger({ event, when, payload }: ProgramTrigger): void {
    const locals: Locals = new Map([["event", () => this.#known.event(event)]]);
    const at = (value: Value): Place => ({ pointer: this.#pointerOf(value) });
    for (const value of [when, payload]) if (value !== undefined) this.#expressions(value, locals, at);
    if (when !== undefined) this.#field(conditionKindsOf(when, "when"), locals, at(when));
    if (payload !== undefined) this.#input(payload, this.#payload, locals, "", undefined);
  }

  #step({ step, locals }: Visit): void {
    const place = (value: Value): Place => ({ pointer: this.#pointerOf(value), stepId: step.id });
    const body = step.type === "control.forEach" ? this.#variables.bodyLocals(step, locals) : whileLocals(locals);
    const seen = { event: (): Type => this.#event(step), childRun: (): Type => this.#childRun(step) };
    for (const { value, sees, seesBlock } of valuesOf(step)) {
      const own = seesBlock === true ? body : locals;
      this.#expressions(value, sees === undefined ? own : new Map([...own, [sees, seen[sees]]]), place);
    }
    for (const field of fieldKindsOf(step))
      this.#field(
        field,
        step.type === "control.while" && field.field === "condition" ? body : locals,
        place(field.value),
      );
    const inputAt = `${stepPointer(step)}/input`;
    if (step.type === "action.call") this.#input(step.input, this.#known.input(step.action), locals, inputAt, step.id);
    if (step.type === "control.callWorkflow")
      this.#input(step.input, this.#known.childPayload(step), locals, inputAt, step.id);
    if (step.type === "control.forEach") this.#items(step, locals);
  }

  #event(step: ProgramStep): Type {
    if (step.type === "event.wait") return this.#variables.eventOf(step);
    return step.type === "human.task" ? this.#variables.answeredOf(step) : anything;
  }

  #childRun(step: ProgramStep): Type {
    return step.type === "control.callWorkflow" ? this.#known.childRun(step) : anything;
  }

  #expressions(value: Value, locals: Locals, place: (value: Value) => Place): void {
    for (const found of expressionsOf(value)) {
      const { form, source } = found.expression;
      inferType(form, this.#variables.namesFor(locals), (finding) => this.#finding(finding, source, place(found)));
    }
  }

  #finding(finding: Finding, source: string, place: Place): void {
    const { kind, isSure, path, at } = finding;
    const isPayload = path?.[0] === "payload" && finding.isOfScope === true;
    const code: ErrorCode =
      kind === "type"
        ? "EXPR_TYPE"
        : kind === "never"
          ? "COMPARISON_NEVER_TRUE"
          : isPayload
            ? "PAYLOAD_FIELD_UNKNOWN"
            : "FIELD_NOT_IN_SCHEMA";
    const position = at ?? positionOf(path ?? [], source);
    const message = `${finding.message} (character ${position + 1})`;
    const report = (): void =>
      this.#say(isSure && kind !== "never" ? "error" : "warning", code, place, message, finding.remedy);
    if (kind === "absent" && isPayload && !this.#lost.isEmpty) this.#absent.push({ name: path[1] ?? "", report });
    else if (isSure || kind !== "type" || !this.#asksForKinds) report();
  }

  #field({ value, field, kinds, code }: FieldKinds, locals: Locals, place: Place): void {
    if (value.kind !== "expr") return;
    const type = this.#variables.valueType(value, locals);
    const verdict = verdictOn(type, kinds);
    if (verdict === "fine" || (verdict === "sometimes wrong" && this.#asksForKinds)) return;
    const isSure = verdict === "always wrong" && isChecked(type);
    const wanted = code === "CONDITION_NOT_BOOLEAN" ? "true or false" : kindsOf(kinds.map((kind) => ({ kind })));
    const message = `${field} is ${wanted}, and this expression ${verdict === "always wrong" ? "gives" : "may give"} ${kindsOf(type)}.`;
    this.#say(isSure ? "error" : "warning", code, place, message);
  }

  /** What expressions give for an input, beside what that takes. */
  #input(value: Value, wanted: Type, locals: Locals, pointer: string, stepId: string | undefined): void {
    if (isAnything(wanted) || wanted.length === 0) return;
    switch (value.kind) {
      case "expr": {
        const type = this.#variables.valueType(value, locals);
        const kinds = wanted.map(({ kind }) => kind);
        const verdict = verdictOn(type, kinds);
        if (verdict === "fine" || (verdict === "sometimes wrong" && this.#asksForKinds)) return;
        const message = `${kindsOf(wanted)} is expected here, and this expression ${verdict === "always wrong" ? "gives" : "may give"} ${kindsOf(type)}.`;
        const place = { pointer: this.#pointerOf(value), ...(stepId === undefined ? {} : { stepId }) };
        this.#say(
          verdict === "always wrong" && isChecked(type) && isChecked(wanted) ? "error" : "warning",
          "INPUT_TYPE_MISMATCH",
          place,
          message.charAt(0).toUpperCase() + message.slice(1),
        );
        return;
      }
      case "object":
        for (const [key, member] of value.entries)
          this.#input(member, memberOf(wanted, key), locals, pointer + pointerToken(key), stepId);
        return;
      case "array":
        for (const [i, item] of value.items.entries())
          this.#input(item, itemOf(wanted), locals, `${pointer}/${i}`, stepId);
        return;
      case "literal":
      case "secret":
        return;
    }
  }

  #items(step: Extract<ProgramStep, { type: "control.forEach" }>, locals: Locals): void {
    const { items } = step;
    const type = this.#variables.valueType(items, locals);
    if (type.length === 0 || type.some(({ kind }) => kind === "any" || kind === "list" || kind === "null")) return;
    const pointer = items.kind === "expr" ? this.#pointerOf(items) : `${stepPointer(step)}/items`;
    const message = `items is never a list here but ${kindsOf(type)}, which counts as one item.`;
    this.#say("warning", "ITEMS_NOT_LIST", { pointer, stepId: step.id }, message);
  }

  #say(severity: "error" | "warning", code: ErrorCode, place: Place, message: string, remedy?: string): void {
    const key = `${code} ${place.pointer} ${message}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#issues[severity](code, place, message, remedy);
  }
}

function whileLocals(locals: Locals): Locals {
  return new Map([...locals, ["iteration", () => number]]);
}

/** The payload as its schema has it; of fields that a step writes nothing is known. */
function payloadType(schema: ReadonlyJson | undefined, steps: readonly ProgramStep[]): Type {
  if (!isJsonObject(schema)) return anything;
  const written = new Set<string>();
  for (const [scope, field] of collectTargets(steps)) if (scope === "payload") written.add(field ?? "");
  const type = typeOfSchema(schema);
  if (written.size === 0) return type;
  return type.map((one) => {
    if (one.kind !== "object") return one;
    const { names } = one;
    return {
      ...one,
      member: (name) => (written.has(name) ? anything : (one.member?.(name) ?? anything)),
      ...(names === undefined ? {} : { names: () => [...names(), ...written] }),
    };
  });
}

/** Where the source reads a path, as far as it stands there in one piece. */
function positionOf(path: readonly string[], source: string): number {
  const whole = source.indexOf(path.join("."));
  return Math.max(0, whole >= 0 ? whole : source.lastIndexOf(path.at(-1) ?? ""));
}
