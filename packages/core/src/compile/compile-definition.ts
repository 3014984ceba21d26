import { canonicalHash } from "../canonical/canonical-hash.ts";
import type { Definition } from "../definition/definition.ts";
import type { Program, ProgramTrigger, SemanticsVersion } from "../program/program.ts";
import { programFormat } from "../program/program.ts";
import type { Issue } from "../values/issue.ts";
import { checkSchema } from "../schema/check-schema.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { without } from "../values/without.ts";
import type { Bounds } from "./bounds.ts";
import { boundsOf, fanOutMax, historyEventsMax } from "./bounds.ts";
import type { CompileCatalogue } from "./catalogue.ts";
import { checkCalls } from "./check-calls.ts";
import { checkCorrelation } from "./check-correlation.ts";
import { checkConstants } from "./check-constants.ts";
import { checkFlow } from "./check-flow.ts";
import { checkTypes } from "./check-types.ts";
import { checkTriggerNames, checkVariables } from "./check-variables.ts";
import { CompileContext } from "./compile-context.ts";
import { compileBlock } from "./compile-step.ts";
import { IssueList } from "./issue-list.ts";
import { checkTriggerPayload } from "./literal-input.ts";
import { LostNames } from "./lost-names.ts";
import { stepPointer } from "./program-walk.ts";
import type { Positions } from "./positions.ts";

export interface CompiledDefinition {
  /** Left out when an issue is an error. */
  readonly program?: Program;
  readonly issues: Issue[];
  /** Of what could be compiled. */
  readonly bounds: Bounds;
}

export interface CompileOptions {
  /** From `parseDefinition`: gives issues their lines. */
  readonly positions?: Positions;
  /** What parts that were left out of the definition would have set. */
  readonly lost?: LostNames;
}

/** The version of the runtime semantics that a definition without `semantics` gets. */
export const newestSemantics: SemanticsVersion = 2;

/**
 * Checks a definition as publishing does, and compiles it. Every problem is found at once.
 * The program is the same on every machine for the same definition and catalogue.
 * @param world without actions, every call is one of an unknown action
 */
export function compileDefinition(
  definition: Definition,
  world: Partial<CompileCatalogue> = {},
  options: CompileOptions = {},
): CompiledDefinition {
  const catalogue: CompileCatalogue = { ...world, actions: world.actions ?? [] };
  const issues = new IssueList(options.positions);
  const semantics = definition.semantics ?? catalogue.defaultSemantics ?? newestSemantics;
  const lost = options.lost ?? new LostNames();
  const c = new CompileContext(definition.workflow, semantics, catalogue, issues, lost, compileBlock);

  checkFlow(definition.steps, issues);
  checkCalls(definition.workflow, definition.steps, catalogue, issues);
  if (definition.payload !== undefined) c.schema(definition.payload, { pointer: "" }, "/payload");
  const triggers = compileTriggers(c, definition);
  const steps = c.compileBlock(c, definition.steps, { pointer: "/steps", path: "root.steps", insideSaga: false });

  const bounds = boundsOf(steps, definition.payload);
  const parts = { steps, triggers: triggers ?? [], payload: definition.payload, catalogue };
  checkVariables(steps, issues, lost, (value) => c.pointerOf(value));
  checkTriggerNames(triggers ?? [], issues, (value) => c.pointerOf(value));
  checkTypes(parts, issues, lost, (value) => c.pointerOf(value));
  checkConstants(steps, definition.payload, issues, (value) => c.pointerOf(value));
  checkCorrelation(steps, catalogue, issues, stepPointer);
  checkBounds(bounds, issues);
  if (issues.hasErrors) return { issues: issues.list(), bounds };

  const content: Omit<Program, "programHash"> = without({
    format: programFormat,
    workflow: definition.workflow,
    semantics,
    definitionHash: canonicalHash(definition),
    payloadSchema: definition.payload as Json | undefined,
    triggers,
    steps,
  });
  return { program: { ...content, programHash: canonicalHash(content) }, issues: issues.list(), bounds };
}

function compileTriggers(c: CompileContext, definition: Definition): ProgramTrigger[] | undefined {
  if (definition.triggers === undefined) return undefined;
  if (c.catalogue.unsupported?.fields.includes("triggers") === true) {
    c.issues.error(
      "STEP_NOT_SUPPORTED",
      { pointer: "/triggers" },
      "The deployed engine cannot start runs by triggers yet.",
    );
  }
  const seen = new Set<string>();
  const schema =
    isJsonObject(definition.payload) && checkSchema(definition.payload).length === 0 ? definition.payload : undefined;
  return definition.triggers.map((trigger, i) => {
    const pointer = `/triggers/${i}`;
    if (seen.has(trigger.id))
      c.issues.error("TRIGGER_ID_DUPLICATE", { pointer: pointer + "/id" }, `Two triggers are called "${trigger.id}".`);
    seen.add(trigger.id);
    const place = { pointer, path: `triggers[${i}]`, stepId: undefined, insideSaga: false };
    const payload = c.optionalValue(trigger.payload, place, "/payload");
    if (payload !== undefined && schema !== undefined) checkTriggerPayload(c, payload, schema, place);
    return without({
      id: trigger.id,
      event: trigger.event,
      when: c.optionalValue(trigger.when, place, "/when"),
      payload,
    });
  });
}

function checkBounds({ peakHistoryEvents: peak, fanOut }: Bounds, issues: IssueList): void {
  if (peak === null || peak > historyEventsMax) {
    const message = `In the worst case one execution of a run writes ${peak ?? "any number of"} history events; it may have ${historyEventsMax}.`;
    issues.warning("BOUND_HISTORY", { pointer: "/steps" }, message);
  }
  if (fanOut === null || fanOut > fanOutMax) {
    const message = `In the worst case ${fanOut ?? "any number of"} calls, waits and children of a run are open at the same time; up to ${fanOutMax} are sane.`;
    issues.warning("BOUND_FAN_OUT", { pointer: "/steps" }, message);
  }
}
