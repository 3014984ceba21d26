import type { ActionCallDefinition } from "../../definition/steps/action-call.ts";
import { shown } from "../../definition/value.ts";
import type { ActionCallStep, ActionFacts } from "../../program/program.ts";
import type { ActionEntry } from "../catalogue.ts";
import type { CompileContext, SecretRule, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";
import { checkLiteralInput } from "../literal-input.ts";
import { nearestName } from "../../values/nearest.ts";

export function compileActionCall(
  c: CompileContext,
  step: ActionCallDefinition,
  place: StepPlace,
): Omit<ActionCallStep, "id" | "path"> {
  const entry = findAction(c, step.action, place);
  if (step.idempotencyKey !== undefined && entry?.effect === "none") {
    c.error(
      "IDEMPOTENCY_KEY_UNUSED",
      place,
      "/idempotencyKey",
      `${step.action} has no effect, so an idempotencyKey does nothing.`,
    );
  }
  if (step.compensate !== undefined && !place.insideSaga && c.semantics > 1) {
    c.error(
      "COMPENSATE_OUTSIDE_SAGA",
      place,
      "/compensate",
      `No saga is around "${step.id}", so these steps would never run.`,
    );
  }
  const input = c.value(
    step.input,
    place,
    "/input",
    entry?.secrets === false ? notAvailable(step.action) : knownSecret(c),
  );
  if (entry !== undefined) checkLiteralInput(c, input, entry.inputSchema, place);
  return without({
    type: "action.call",
    action: step.action,
    facts: factsOf(entry),
    input,
    saveAs: c.target(step.saveAs, place, "/saveAs"),
    retry: c.retry(step.retry, place),
    timeoutMs:
      step.timeoutMs === undefined ? undefined : c.duration(step.timeoutMs, place, "/timeoutMs", c.actionTimeoutMsMax),
    onError: c.errorPolicy(step.onError, place),
    idempotencyKey: c.optionalValue(step.idempotencyKey, place, "/idempotencyKey"),
    compensate:
      step.compensate === undefined
        ? undefined
        : c.block(step.compensate, place, { path: ".compensate", pointer: "/compensate" }, false),
  });
}

function knownSecret({ catalogue: { secrets } }: CompileContext): SecretRule {
  return (name) =>
    secrets === undefined || secrets.includes(name)
      ? undefined
      : { code: "SECRET_NOT_FOUND", message: `There is no secret "${shown(name)}".` };
}

function notAvailable(action: string): SecretRule {
  return (name) => ({
    code: "SECRET_NOT_AVAILABLE",
    message: `${action} cannot be given the secret "${shown(name)}".`,
  });
}

function findAction(c: CompileContext, id: string, place: StepPlace): ActionEntry | undefined {
  const entry = c.catalogue.actions.find((action) => action.id === id);
  if (entry !== undefined) return entry;
  const name = nameOf(id);
  const majors = c.catalogue.actions.filter((action) => nameOf(action.id) === name).map((action) => action.id);
  if (majors.length > 0) {
    c.error(
      "ACTION_MAJOR_UNKNOWN",
      place,
      "/action",
      `${shown(name)} is there as ${majors.join(", ")}, and not as ${shown(id)}.`,
    );
    return undefined;
  }
  const ids = c.catalogue.actions.map((action) => action.id);
  const near = nearestName(name, ids.map(nameOf));
  const nearId = ids.find((one) => nameOf(one) === near);
  const remedy = nearId === undefined ? undefined : `Write "${nearId}".`;
  c.error(
    "ACTION_UNKNOWN",
    place,
    "/action",
    `There is no action ${shown(id)}.${nearId === undefined ? "" : ` Did you mean "${nearId}"?`}`,
    remedy,
  );
  return undefined;
}

function nameOf(id: string): string {
  return id.slice(0, id.lastIndexOf("@"));
}

function factsOf(entry: ActionEntry | undefined): ActionFacts {
  const { effect, execution, batch, timeoutMs } = entry ?? {
    effect: "none",
    execution: "remote",
    batch: false,
    timeoutMs: 0,
  };
  return { effect, execution, batch, timeoutMs };
}
