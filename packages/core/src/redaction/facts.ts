import { programIndex } from "../interpreter/program-index.ts";
import type { Program } from "../program/program.ts";
import type { Json } from "../values/json.ts";
import { hasSensitive } from "./sensitive.ts";

/** Where a program's runs meet values that a schema declares sensitive. Only schemas that declare some are named. */
export interface SensitiveFacts {
  readonly payload?: Json;
  /** By step path, of what the step's action takes and gives. */
  readonly inputs: ReadonlyMap<string, Json>;
  readonly outputs: ReadonlyMap<string, Json>;
  /** By step path, of what people answer; `named`: the form stands elsewhere, under the name that the step gives. */
  readonly forms: ReadonlyMap<string, Json>;
  readonly namedForms: ReadonlyMap<string, string>;
}

/** What the catalogue says of an action; undefined when it does not know it. */
export type ActionSchemas = (action: string) => { readonly input: Json; readonly output: Json } | undefined;

export function sensitiveFacts(program: Program, schemasOf: ActionSchemas): SensitiveFacts {
  const inputs = new Map<string, Json>();
  const outputs = new Map<string, Json>();
  const forms = new Map<string, Json>();
  const namedForms = new Map<string, string>();
  for (const [path, step] of programIndex(program).steps) {
    if (step.type === "action.call") {
      const schemas = schemasOf(step.action);
      if (schemas !== undefined && hasSensitive(schemas.input)) inputs.set(path, schemas.input);
      if (schemas !== undefined && hasSensitive(schemas.output)) outputs.set(path, schemas.output);
    } else if (step.type === "human.task") {
      const { form } = step;
      if ("ref" in form) namedForms.set(path, form.ref);
      else if (hasSensitive(form.schema)) forms.set(path, form.schema);
    }
  }
  const payload = hasSensitive(program.payloadSchema) ? { payload: program.payloadSchema as Json } : {};
  return { ...payload, inputs, outputs, forms, namedForms };
}

/** Whether no value of such a run can be sensitive by its own program. */
export function nothingIsSensitive(facts: SensitiveFacts): boolean {
  const { payload, inputs, outputs, forms, namedForms } = facts;
  return payload === undefined && inputs.size + outputs.size + forms.size + namedForms.size === 0;
}
