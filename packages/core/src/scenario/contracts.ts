import type { ActionError, CommandOf } from "../interpreter/transition.ts";
import { validate } from "../schema/validate.ts";
import type { SchemaProblem } from "../schema/problem.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import type { ActionContract } from "./scenario.ts";

/** Why a worker would refuse the input of a call; undefined: it would not, or nothing is known of the action. */
export function inputError(
  actions: readonly ActionContract[] | undefined,
  call: Pick<CommandOf<"callAction">, "action" | "input" | "secrets">,
): Omit<ActionError, "attempt"> | undefined {
  const schema = actions?.find(({ id }) => id === call.action)?.inputSchema;
  if (schema === undefined) return undefined;
  const input = call.secrets === undefined ? call.input : revealed(call.input, "", call.secrets);
  const issues = validate(schema, input);
  if (issues.length === 0) return undefined;
  return {
    category: "ValidationError",
    code: "ACTION_INPUT_INVALID",
    message: `the input does not fit ${call.action}: ${said(issues)}`,
    details: { issues: issues.map(({ pointer, message }) => ({ pointer, message })) },
  };
}

/** Why a mock's output is none that the action gives. */
export function outputProblem(
  actions: readonly ActionContract[] | undefined,
  action: string,
  output: Json,
): string | undefined {
  const schema = actions?.find(({ id }) => id === action)?.outputSchema;
  const issues = schema === undefined ? [] : validate(schema, output);
  return issues.length === 0 ? undefined : `The mock's output is none that the action gives: ${said(issues)}.`;
}

/** An input as a worker checks it: with texts where secrets stand. */
function revealed(value: Json, pointer: string, secrets: readonly string[]): Json {
  if (secrets.includes(pointer)) return "********";
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, i) => revealed(item, `${pointer}/${i}`, secrets));
  const object: JsonObject = {};
  for (const key of Object.keys(value))
    object[key] = revealed(value[key] as Json, pointer + pointerToken(key), secrets);
  return object;
}

function said(issues: readonly SchemaProblem[]): string {
  const { pointer, message } = issues[0] as SchemaProblem;
  return pointer === "" ? message : `${pointer} ${message}`;
}
