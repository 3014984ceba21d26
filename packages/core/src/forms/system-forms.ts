import type { JsonObject } from "../values/json.ts";

export interface SystemForm {
  readonly title: string;
  readonly schema: JsonObject;
}

/** Forms that every tenant has under these names, unless it has one of its own of the name. */
export const systemForms: { readonly [name: string]: SystemForm } = {
  approval: {
    title: "Approve or reject",
    schema: {
      type: "object",
      required: ["approved"],
      properties: {
        approved: { type: "boolean", title: "Approved" },
        comment: { type: "string", title: "Comment", maxLength: 4000 },
      },
      additionalProperties: false,
    },
  },
  acknowledgement: {
    title: "Acknowledge",
    schema: {
      type: "object",
      properties: { comment: { type: "string", title: "Comment", maxLength: 4000 } },
      additionalProperties: false,
    },
  },
};

/** The system's form of a name; undefined when there is none. */
export function systemForm(name: string): SystemForm | undefined {
  return Object.hasOwn(systemForms, name) ? systemForms[name] : undefined;
}
