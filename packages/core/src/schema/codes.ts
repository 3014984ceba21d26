/** What a check of a value against a schema, or of a schema itself, can find; for the error catalogue. */
export const schemaErrors = {
  SCHEMA_TYPE: {
    title: "Wrong type",
    explanation: "The value at the pointer is of another type than the schema says.",
    remedy: "Send a value of the type that the schema says. One value is not a list of one: wrap it in [ ].",
  },
  SCHEMA_REQUIRED: {
    title: "Missing value",
    explanation: "The schema requires a value where the pointer is, and there is none.",
    remedy: "Give the value.",
  },
  SCHEMA_ADDITIONAL: {
    title: "Unknown member",
    explanation: "The schema allows no other members than those that it names.",
    remedy: "Check the spelling of the member, or leave it out.",
  },
  SCHEMA_ENUM: {
    title: "Not one of the allowed values",
    explanation: "The schema lists the values that are allowed here.",
    remedy: "Use one of the listed values.",
  },
  SCHEMA_CONST: {
    title: "Not the only allowed value",
    explanation: "The schema allows one value only here.",
    remedy: "Use that value.",
  },
  SCHEMA_COUNT: {
    title: "Wrong number of elements",
    explanation: "The array has fewer or more elements than the schema allows.",
    remedy: "Send as many elements as the schema allows.",
  },
  SCHEMA_UNIQUE: {
    title: "Element repeated",
    explanation: "The schema allows each element only once.",
    remedy: "Leave repetitions out.",
  },
  SCHEMA_LENGTH: {
    title: "Text too short or too long",
    explanation: "The text has fewer or more characters than the schema allows.",
    remedy: "Send a text of the length that the schema allows.",
  },
  SCHEMA_RANGE: {
    title: "Number out of range",
    explanation: "The number is smaller or larger than the schema allows.",
    remedy: "Send a number in the range that the schema gives.",
  },
  SCHEMA_MULTIPLE: {
    title: "Not a multiple",
    explanation: "The schema allows only multiples of a number.",
    remedy: "Round the number as the schema says.",
  },
  SCHEMA_FORMAT: {
    title: "Wrong format",
    explanation: "The text has not the format that the schema says: date, date-time, email, uri or uuid.",
    remedy: "Write the text in that format, for example 2026-11-26 or 2026-11-26T05:13:00Z.",
  },
  SCHEMA_ANY_OF: {
    title: "No alternative fits",
    explanation: "The value fits none of the alternatives of the schema.",
    remedy: "Compare the value with the alternatives.",
  },
  SCHEMA_ONE_OF: {
    title: "Not exactly one alternative fits",
    explanation: "The value must fit exactly one of the alternatives of the schema.",
    remedy: "Compare the value with the alternatives.",
  },
  SCHEMA_NOT: {
    title: "Value is excluded",
    explanation: "The schema excludes such values.",
    remedy: "Send another value.",
  },
  SCHEMA_FALSE: {
    title: "No value is allowed here",
    explanation: "The schema allows nothing at this place.",
    remedy: "Leave the value out.",
  },
  SCHEMA_KEYWORD_UNSUPPORTED: {
    title: "Keyword not supported",
    explanation: "Schemas are a subset of JSON Schema 2020-12; this keyword, or this format, is not in it.",
    remedy: "Leave the keyword out, or check the rule with an expression in the workflow.",
  },
  SCHEMA_SHAPE: {
    title: "Schema is malformed",
    explanation: "The keyword has a value of the wrong kind.",
    remedy: "See JSON Schema 2020-12 for what the keyword takes.",
  },
  SCHEMA_REF: {
    title: "Reference leads nowhere",
    explanation:
      "A $ref must be a JSON pointer into the same schema, such as #/$defs/address, to a place where a schema stands.",
    remedy: "Correct the reference.",
  },
  SCHEMA_REF_CYCLE: {
    title: "Reference leads back to itself",
    explanation: "Following the references, the same value would be checked by the same schema for ever.",
    remedy: "Let the references pass through properties or items.",
  },
  SCHEMA_TOO_DEEP: {
    title: "Schema or value is nested too deeply",
    explanation: "Schemas are nested at most 64 levels deep, and a check goes at most 512 levels deep into a value.",
    remedy: "Flatten the schema, with $defs, or the value.",
  },
} as const;

export type SchemaErrorCode = keyof typeof schemaErrors;
