import { jsonBytes } from "../canonical/json-bytes.ts";
import { explainCode } from "../errors/errors.ts";
import type { Program } from "../program/program.ts";
import { validateMetered } from "../schema/validate.ts";
import type { Issue } from "../values/issue.ts";
import type { Json } from "../values/json.ts";
import { semantics } from "./semantics.ts";
import type { RunState, TaskOffer } from "./transition.ts";

/**
 * What keeps an answer from being accepted by an open task of the run; none when it would be. An administrator's
 * override passes without. The run itself decides: another answer may come first.
 */
export function canAnswer(_program: Program, state: RunState, taskId: string, answer: Json): Issue[] {
  for (const { command, fiber } of state.open) {
    if (command.kind !== "openTask" || command.task.taskId !== taskId) continue;
    const { valueBytesMax, stepFuelMax } = semantics[state.semantics];
    const frame = state.fibers.find(({ id }) => id === fiber)?.frames.at(-1);
    const fuel = stepFuelMax - (frame?.kind === "step" ? frame.fuel : 0);
    return answerIssues(command.task, answer, valueBytesMax, fuel).issues;
  }
  return [issue("TASK_CLOSED", "", "No such task of this run is open.")];
}

/** Checks an answer by its task's form, with the fuel that the step has. */
export function answerIssues(
  task: TaskOffer,
  answer: Json,
  bytesMax: number,
  fuel: number,
): { readonly issues: Issue[]; readonly fuelUsed: number } {
  const bytes = jsonBytes(answer);
  if (bytes > bytesMax) {
    const message = `The answer has ${bytes} bytes as JSON; at most ${bytesMax} are allowed.`;
    return { issues: [issue("PAYLOAD_TOO_LARGE", "", message)], fuelUsed: 0 };
  }
  const { schema } = task.form;
  if (schema === undefined) {
    return { issues: [issue("FORM_UNKNOWN", "", "The task's form has not been looked up yet.")], fuelUsed: 0 };
  }
  const { problems, error, fuelUsed } = validateMetered(schema, answer, { fuel });
  const issues = (problems ?? [{ ...error, pointer: "" }]).map(({ code, pointer, message }) =>
    issue(code, pointer, message),
  );
  return { issues, fuelUsed };
}

function issue(code: string, pointer: string, message: string): Issue {
  return { code, severity: "error", pointer, message, remedy: explainCode(code)?.remedy ?? "" };
}
