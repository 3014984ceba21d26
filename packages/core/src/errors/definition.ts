import type { ErrorCatalogue } from "./catalogue.ts";

/** What reading a definition can find: its text and its shape. */
export const definitionErrors = {
  DEFINITION_UNREADABLE: {
    status: 422,
    title: "The definition cannot be read",
    explanation:
      "The text is not the YAML or JSON of one definition, so nothing was stored. Each place is listed with its line.",
    remedy: "Correct the listed places and send it again.",
  },
  DEFINITION_INVALID: {
    status: 422,
    title: "The definition has problems",
    explanation: "Publishing found errors. Nothing was published; the draft is unchanged.",
    remedy: "Correct the listed errors. Warnings do not stop publishing.",
  },
  DEFINITION_TOO_LARGE: {
    status: 422,
    title: "The definition is too large",
    explanation:
      "A definition has at most 2 MiB of text and 10,000 steps; steps nest at most 64 deep, and so do the objects and lists of a value.",
    remedy: "Move a part of it into a workflow of its own and call that with control.callWorkflow.",
  },
  YAML_SYNTAX: {
    title: "This is not YAML",
    explanation: "The text breaks a rule of YAML 1.2 at this line, so nothing after it can be trusted.",
    remedy: "Look at indentation, quotes and brackets of this line and the one before it.",
  },
  JSON_SYNTAX: {
    title: "This is not JSON",
    explanation: "The text breaks a rule of JSON at this line.",
    remedy: "Look at commas, quotes and brackets near this place.",
  },
  YAML_NOT_PLAIN: {
    title: "YAML beyond plain data",
    explanation:
      "A definition is plain data: keys are text, there is one document, there are no tags, and an alias stands for something that was named before it.",
    remedy: "Write the value out in plain YAML.",
  },
  YAML_ALIASES: {
    title: "Too much behind aliases",
    explanation:
      "Aliases (*name) are written out before the definition is checked, and the result would be too large or would contain itself.",
    remedy: "Use fewer aliases, or write the parts out.",
  },
  KEY_DUPLICATE: {
    title: "The same key twice",
    explanation: "An object has a key twice. Only one value could count, and which one is not obvious.",
    remedy: "Remove or rename one of the two.",
  },
  FIELD_MISSING: {
    title: "Something is missing",
    explanation: "A field that is needed is not there.",
    remedy: "Add the field that the message names.",
  },
  FIELD_TYPE: {
    title: "The wrong kind of value",
    explanation: "The field takes another kind of value than the one that is there.",
    remedy: "Write the kind of value that the message names.",
  },
  FIELD_INVALID: {
    title: "A value that is not allowed here",
    explanation:
      "The value is of the right kind but outside of what the field takes: too long, out of range, not one of the choices, or of the wrong form.",
    remedy: "Choose a value that the message allows.",
  },
  FIELD_UNKNOWN: {
    title: "An unknown key",
    explanation:
      "The key is none that stands in this place. Unknown keys are errors, so that a slip of the pen cannot silently change what a workflow does.",
    remedy: "Correct the key, or remove it.",
  },
  STEP_TYPE_UNKNOWN: {
    title: "No such type of step",
    explanation: "The `type` of a step says what it does, and there is none of this name.",
    remedy: "Use one of the types that the message lists.",
  },
  VALUE_KEY_UNKNOWN: {
    title: "An unknown $ form",
    explanation:
      "Keys of a value that begin with $ are forms of the language: $expr, $secret, $literal. Another is an error.",
    remedy:
      'Write { $expr: "..." } for an expression, or quote the object as { $literal: ... } if it is meant as it stands.',
  },
  VALUE_FORM_MIXED: {
    title: "A $ form with something beside it",
    explanation: "$expr and $literal stand alone in their object; beside $secret only format may stand.",
    remedy: "Move the other key out of the object.",
  },
  WHEN_NOT_ONE: {
    title: "Not exactly one time",
    explanation:
      "A time is exactly one of durationMs, until and business. timeoutMs, dueMs and everyMs are short for a durationMs.",
    remedy: "Keep one of them.",
  },
  CORRELATION_KEY_MISSING: {
    title: "event.wait without correlationKey",
    explanation: "Without a correlation key a wait could not tell its own event from that of another run.",
    remedy: "Add correlationKey, for example { $expr: payload.orderId }.",
  },
  MAX_ITERATIONS_MISSING: {
    title: "control.while without maxIterations",
    explanation:
      "A loop has a largest number of turns, so that a condition that never turns false ends in an error and not in an endless run.",
    remedy: "Add maxIterations.",
  },
} as const satisfies ErrorCatalogue;
