import type { StepDefinition } from "../definition/any-step.ts";
import type { AssignDefinition, OnErrorDefinition, RetryDefinition } from "../definition/fields.ts";
import { retryDefaults } from "../definition/fields.ts";
import { neutralValue } from "../definition/stand-in.ts";
import type { ValueDefinition } from "../definition/value.ts";
import { shown } from "../definition/value.ts";
import type { WhenDefinition } from "../definition/when.ts";
import type { ErrorCode } from "../errors/errors.ts";
import { semantics as behaviours } from "../interpreter/semantics.ts";
import type {
  Assignments,
  ErrorPolicy,
  ProgramStep,
  RetryPolicy,
  SemanticsVersion,
  Target,
  Value,
  When,
} from "../program/program.ts";
import { checkSchema } from "../schema/check-schema.ts";
import { parseInstantMs } from "../time/instant.ts";
import type { Issue } from "../values/issue.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import { valueForm } from "../values/value-form.ts";
import type { CompileCatalogue } from "./catalogue.ts";
import { checkErrorNames } from "./error-names.ts";
import { compileExpression } from "./expression/compile-expression.ts";
import type { IssueList } from "./issue-list.ts";
import type { LostNames } from "./lost-names.ts";
import { didYouMean } from "../values/nearest.ts";
import { branchOwn } from "./program-writes.ts";
import { noTarget, parseTarget } from "./target.ts";
import { without } from "../values/without.ts";

/** Fields whose target gets a result, which is meant to last. */
const resultFields = ["/saveAs", "/captureErrorAs"];

/** Where a step stands while it is compiled. */
export interface StepPlace {
  /** JSON pointer of the step in the definition. */
  readonly pointer: string;
  /** Its step path. */
  readonly path: string;
  /** Undefined for triggers, which have expressions too. */
  readonly stepId: string | undefined;
  /** Whether a saga's body is around it, so that it may have `compensate`. */
  readonly insideSaga: boolean;
}

/** What every step type needs to be compiled: expressions, targets, times, and the steps inside it. */
export class CompileContext {
  /** The key of the definition. */
  readonly workflow: string;
  readonly semantics: SemanticsVersion;
  readonly catalogue: CompileCatalogue;
  readonly issues: IssueList;
  readonly lost: LostNames;
  readonly compileBlock: CompileBlock;
  readonly #pointers = new WeakMap<Value, string>();
  readonly #expressions = new Map<string, ReturnType<typeof compileExpression>>();

  constructor(
    workflow: string,
    semantics: SemanticsVersion,
    catalogue: CompileCatalogue,
    issues: IssueList,
    lost: LostNames,
    compileBlock: CompileBlock,
  ) {
    this.workflow = workflow;
    this.semantics = semantics;
    this.catalogue = catalogue;
    this.issues = issues;
    this.lost = lost;
    this.compileBlock = compileBlock;
  }

  error(code: ErrorCode, place: StepPlace, field: string, message: string, remedy?: string): void {
    this.issues.error(code, { pointer: place.pointer + field, stepId: place.stepId }, message, remedy);
  }

  warning(code: ErrorCode, place: StepPlace, field: string, message: string, remedy?: string): void {
    this.issues.warning(code, { pointer: place.pointer + field, stepId: place.stepId }, message, remedy);
  }

  /** The steps of a block; `block` is what its step path and its pointer add to those of the step. */
  block(
    steps: readonly StepDefinition[],
    place: StepPlace,
    block: { readonly path: string; readonly pointer: string },
    insideSaga = place.insideSaga,
  ): ProgramStep[] {
    return this.compileBlock(this, steps, {
      pointer: place.pointer + block.pointer,
      path: place.path + block.path + ".steps",
      insideSaga,
    });
  }

  /** @param secrets what is said of a secret in it; left out: secrets are refused */
  value(given: ValueDefinition, place: StepPlace, field: string, secrets: SecretRule = secretsMisplaced): Value {
    switch (valueForm(given)) {
      case "literal":
        return { kind: "literal", value: isJsonObject(given) ? (given["$literal"] as Json) : given };
      case "expr":
        return this.#expression((given as { $expr: string }).$expr, place, field + "/$expr");
      case "secret": {
        const { $secret: name, format } = given as { $secret: string; format?: string };
        const refused = secrets(name);
        if (refused !== undefined) this.error(refused.code, place, field, refused.message);
        this.#checkSupport("secret", place, field, "secrets");
        return format === undefined ? { kind: "secret", name } : { kind: "secret", name, format };
      }
      case "array": {
        const items = (given as Json[]).map((item, i) => this.value(item, place, `${field}/${i}`, secrets));
        return items.every((item) => item.kind === "literal")
          ? { kind: "literal", value: items.map((item) => item.value) }
          : { kind: "array", items };
      }
      case "object": {
        const entries = Object.entries(given as { [key: string]: Json }).map(
          ([key, member]) => [key, this.value(member, place, field + pointerToken(key), secrets)] as const,
        );
        const literals = entries.flatMap(([key, member]) =>
          member.kind === "literal" ? [[key, member.value] as const] : [],
        );
        return literals.length === entries.length
          ? { kind: "literal", value: Object.fromEntries(literals) }
          : { kind: "object", entries };
      }
    }
  }

  #checkSupport(kind: "secret" | "business", place: StepPlace, field: string, what: string): void {
    if (this.catalogue.unsupported?.values?.includes(kind) !== true) return;
    this.error("STEP_NOT_SUPPORTED", place, field, `The deployed engine cannot perform ${what} yet.`);
  }

  optionalValue(given: ValueDefinition | undefined, place: StepPlace, field: string): Value | undefined {
    return given === undefined ? undefined : this.value(given, place, field);
  }

  /** A count: as a literal a whole number of at least `min`. */
  count(given: ValueDefinition, place: StepPlace, field: string, min: number): Value {
    const value = this.value(given, place, field);
    if (value.kind === "literal" && !(Number.isInteger(value.value) && (value.value as number) >= min)) {
      this.error(
        "FIELD_INVALID",
        place,
        field,
        `This is a whole number of at least ${min}, and not ${shown(JSON.stringify(value.value))}.`,
      );
    }
    return value;
  }

  /** Milliseconds: as a literal at most `maxMs`. */
  duration(given: ValueDefinition, place: StepPlace, field: string, maxMs: number): Value {
    const value = this.value(given, place, field);
    if (value.kind === "literal") this.#checkDuration(value.value as number, place, field, maxMs);
    return value;
  }

  /** A When, or what is short for its `durationMs`. */
  when(
    given: WhenDefinition | undefined,
    shortMs: ValueDefinition | undefined,
    place: StepPlace,
    field: string,
  ): When | undefined {
    if (given !== undefined) return this.requiredWhen(given, place, field);
    if (shortMs === undefined) return undefined;
    return { kind: "durationMs", durationMs: this.duration(shortMs, place, field + "Ms", this.waitMsMax) };
  }

  requiredWhen(given: WhenDefinition, place: StepPlace, field: string): When {
    if (given.durationMs !== undefined) {
      return {
        kind: "durationMs",
        durationMs: this.duration(given.durationMs, place, field + "/durationMs", this.waitMsMax),
      };
    }
    if (given.until !== undefined) {
      const until = this.value(given.until, place, field + "/until");
      if (until.kind === "literal" && (typeof until.value !== "string" || parseInstantMs(until.value) === undefined)) {
        this.error(
          "UNTIL_NOT_INSTANT",
          place,
          field + "/until",
          "This is no instant in RFC 3339, such as 2031-03-30T08:00:00Z.",
        );
      }
      return { kind: "until", until };
    }
    const business = given.business ?? { calendar: "" };
    const at = field + "/business";
    this.#checkSupport("business", place, at, "business time");
    const days = this.optionalValue(business.days, place, at + "/days");
    const hours = this.optionalValue(business.hours, place, at + "/hours");
    this.#checkDuration(literalNumber(days) * 86_400_000 + literalNumber(hours) * 3_600_000, place, at, this.waitMsMax);
    const { calendars } = this.catalogue;
    if (calendars !== undefined && !calendars.includes(business.calendar)) {
      this.error(
        "CALENDAR_UNKNOWN",
        place,
        at + "/calendar",
        `There is no calendar "${shown(business.calendar)}".${didYouMean(business.calendar, calendars)}`,
      );
    }
    return without({ kind: "business", days, hours, calendar: business.calendar });
  }

  target(text: string | undefined, place: StepPlace, field: string): Target | undefined {
    if (text === undefined) return undefined;
    const target = parseTarget(text);
    if (target === undefined) {
      this.error("TARGET_INVALID", place, field, `"${shown(text)}" is no place to write to.`);
      this.lost.target(text);
    }
    const name = target?.length === 2 && target[0] === "vars" ? target[1] : undefined;
    if (name !== undefined && branchOwn.has(name) && resultFields.some((one) => field.endsWith(one))) {
      this.warning(
        "TARGET_OVERWRITTEN",
        place,
        field,
        `vars.${name} is written by every ${name === "timeWait" ? "time.wait" : "event.wait and human.task"}, so what is saved there does not last.`,
      );
    }
    return target;
  }

  assignments(given: AssignDefinition | undefined, place: StepPlace, field: string): Assignments | undefined {
    if (given === undefined) return undefined;
    return Object.entries(given).map(([text, value]) => {
      const at = field + pointerToken(text);
      return { target: this.target(text, place, at) ?? noTarget, value: this.value(value, place, at) };
    });
  }

  retry(given: RetryDefinition | undefined, place: StepPlace): RetryPolicy | undefined {
    checkErrorNames(this, given?.retryOn, place, "/retry/retryOn");
    return given === undefined ? undefined : { ...retryDefaults, ...given };
  }

  errorPolicy(given: OnErrorDefinition | undefined, place: StepPlace): ErrorPolicy | undefined {
    if (given === undefined) return undefined;
    return without({
      policy: given.policy,
      captureErrorAs: this.target(given.captureErrorAs, place, "/onError/captureErrorAs"),
    });
  }

  /** Checks a schema of the subset, and reports what is wrong with it under `field`. */
  schema(given: Json, place: { readonly pointer: string; readonly stepId?: string }, field: string): void {
    for (const found of checkSchema(given)) {
      this.issues.error(
        found.code as ErrorCode,
        { ...place, pointer: place.pointer + field + found.pointer },
        sentence(found.message),
      );
    }
  }

  /** Where the source of a compiled expression stands in the definition. */
  pointerOf(expression: Value): string {
    return this.#pointers.get(expression) ?? "";
  }

  get waitMsMax(): number {
    return behaviours[this.semantics].waitMsMax;
  }

  get actionTimeoutMsMax(): number {
    return behaviours[this.semantics].actionTimeoutMsMax;
  }

  #checkDuration(durationMs: number, place: StepPlace, field: string, maxMs: number): void {
    if (!(durationMs > maxMs)) return;
    this.error(
      "DURATION_TOO_LONG",
      place,
      field,
      `${durationMs} ms is more than the ${maxMs} ms that are possible here.`,
    );
  }

  #expression(source: string, place: StepPlace, field: string): Value {
    // One compilation for equal sources: definitions repeat themselves.
    let compiled = this.#expressions.get(source);
    if (compiled === undefined) {
      compiled = compileExpression(source);
      this.#expressions.set(source, compiled);
    }
    if ("expression" in compiled) {
      const value: Value = { kind: "expr", expression: compiled.expression };
      this.#pointers.set(value, place.pointer + field);
      return value;
    }
    for (const issue of compiled.issues) this.issues.add(placed(issue, place, field));
    // Nothing is known of its value, so nothing more is said of it.
    return this.#expression(neutralValue.$expr, place, field);
  }
}

export type CompileBlock = (
  context: CompileContext,
  steps: readonly StepDefinition[],
  place: { readonly pointer: string; readonly path: string; readonly insideSaga: boolean },
) => ProgramStep[];

/** Why a secret of that name cannot stand here; undefined: it can. */
export type SecretRule = (name: string) => { readonly code: ErrorCode; readonly message: string } | undefined;

const secretsMisplaced: SecretRule = (name) => ({
  code: "SECRET_MISPLACED",
  message: `The secret "${shown(name)}" stands where no action's input is.`,
});

function placed(issue: Issue, place: StepPlace, field: string): Issue {
  const { code, severity, message, remedy } = issue;
  return {
    code,
    severity,
    pointer: place.pointer + field,
    message,
    remedy,
    ...(place.stepId === undefined ? {} : { stepId: place.stepId }),
  };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");
}

function literalNumber(value: Value | undefined): number {
  return value?.kind === "literal" && typeof value.value === "number" ? value.value : 0;
}
