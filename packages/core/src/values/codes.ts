/** Why a value is refused at an entrance, for the error catalogue. */
export const valueErrors = {
  NUMBER_NOT_EXACT: {
    title: "Number cannot be held exactly",
    explanation:
      "An integer beyond plus or minus 9007199254740991 would silently become another number, so it is refused in what people send.",
    remedy: "Send the number as a string of its digits.",
  },
  TEXT_NOT_STORABLE: {
    title: "Text cannot be stored",
    explanation:
      "The text has a NUL character or half of a surrogate pair, which neither the database nor UTF-8 can hold.",
    remedy: "Remove the character, or encode the text (for example in base64).",
  },
  KEY_REFUSED: {
    title: "Key refused",
    explanation:
      "The keys __proto__, constructor, prototype, $blob and those that start with _jsonata_ are refused at every entrance and in every result of an expression.",
    remedy: "Rename the key.",
  },
  VALUE_TOO_DEEP: {
    title: "Value is nested too deeply",
    explanation: "Arrays and objects may be nested at most 256 levels deep.",
    remedy: "Flatten the value.",
  },
} as const;
