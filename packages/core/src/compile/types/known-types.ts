import type { ActionEntry, CompileCatalogue } from "../catalogue.ts";
import type { ProgramStep } from "../../program/program.ts";
import type { Json, ReadonlyJson } from "../../values/json.ts";
import { typeOfSchema } from "./schema-type.ts";
import type { Type } from "./type.ts";
import { anything, boolean, number, objectOf, openObject, text, unchecked } from "./type.ts";

/** Of an error that a step has caught; `details` are as the error has them. */
export const errorType: Type = openObject({
  category: text,
  code: text,
  message: text,
  stepId: text,
  nodePath: text,
  at: text,
  attempt: number,
});

export const metaType: Type = objectOf({
  runId: text,
  workflow: text,
  version: number,
  definitionHash: text,
  tenantId: text,
  startedAt: text,
  now: text,
  runtimeSemanticsVersion: number,
});

export const timeWaitType: Type = openObject({ plannedAt: text, firedAt: text, skipped: boolean });

/** The locals of a loop's body beside its item. */
export const loopTypes: { readonly [name: string]: Type } = {
  index: number,
  length: number,
  isFirst: boolean,
  isLast: boolean,
};

/** What is known of the world around a definition, as types. */
export class KnownTypes {
  readonly #actions: ReadonlyMap<string, ActionEntry>;
  readonly #catalogue: CompileCatalogue;
  readonly #schemas = new Map<string, Type>();

  constructor(catalogue: CompileCatalogue) {
    this.#catalogue = catalogue;
    this.#actions = new Map(catalogue.actions.map((action) => [action.id, action]));
  }

  output(action: string): Type {
    const entry = this.#actions.get(action);
    return entry === undefined ? anything : this.#once(`output ${action}`, entry.outputSchema);
  }

  input(action: string): Type {
    const entry = this.#actions.get(action);
    return entry === undefined ? anything : this.#once(`input ${action}`, entry.inputSchema);
  }

  /** The payload of a called workflow, where its published version is the one that is called. */
  childPayload({ workflow, version }: Extract<ProgramStep, { type: "control.callWorkflow" }>): Type {
    const entry = this.#catalogue.workflows?.find(({ key }) => key === workflow);
    if (entry?.payloadSchema === undefined || entry.version !== version) return anything;
    return this.#once(`payload ${workflow}`, entry.payloadSchema);
  }

  childRun(step: Extract<ProgramStep, { type: "control.callWorkflow" }>): Type {
    return openObject({ runId: text, payload: this.childPayload(step) });
  }

  /** An event as waits and triggers see it. Nobody makes producers keep to the schema of its payload. */
  event(name: string | undefined): Type {
    const schema = this.#catalogue.eventTypes?.find((type) => type.name === name)?.payloadSchema;
    const payload = schema === undefined ? anything : unchecked(this.#once(`event ${name}`, schema));
    return openObject({ id: text, name: text, source: text, payload, correlationKey: text, receivedAt: text });
  }

  /** An answer to a task; an administrator may give another one. */
  answer({ form }: Extract<ProgramStep, { type: "human.task" }>): Type {
    if (!("ref" in form)) return unchecked(typeOfSchema(form.schema));
    const schema = this.#catalogue.forms?.find(({ name }) => name === form.ref)?.schema;
    return schema === undefined ? anything : unchecked(this.#once(`form ${form.ref}`, schema));
  }

  #once(key: string, schema: Json | ReadonlyJson): Type {
    let type = this.#schemas.get(key);
    if (type === undefined) {
      type = typeOfSchema(schema as Json);
      this.#schemas.set(key, type);
    }
    return type;
  }
}
