/** What evaluating an expression can end in, for the error catalogue. (`TEXT_NOT_STORABLE` and `KEY_REFUSED` too.) */
export const expressionErrors = {
  EXPR_FUEL: {
    title: "Expression takes too much work",
    explanation:
      "Every expression is metered: a step's expressions and schema checks may use 100,000 units together. The count is the same on every machine and on replay.",
    remedy: "Work on less data at once, for example with a forEach, or let an action do the work.",
  },
  EXPR_OUTPUT_TOO_LARGE: {
    title: "Result of the expression is too large",
    explanation: "The result of an expression may have at most 256 KiB as JSON.",
    remedy: "Select the part that is needed, or pass a large value on without looking into it.",
  },
  EXPR_DEPTH: {
    title: "Value is nested too deeply",
    explanation: "An expression works on and makes values that are nested at most 256 levels deep.",
    remedy: "Flatten the value.",
  },
  EXPR_TYPE: {
    title: "Value has the wrong type",
    explanation:
      "An operator or a function was given a value of a type that it does not take. The message has JSONata's code of the error.",
    remedy: "Convert the value, for example with $number or $string, or test it first with $type or $exists.",
  },
  EXPR_VALUE: {
    title: "Value is out of the function's range",
    explanation:
      "A function was given a value of the right type that it cannot work with. The message has JSONata's code of the error.",
    remedy: "Test the value first.",
  },
  EXPR_NUMBER_RANGE: {
    title: "Number is infinite or not a number",
    explanation: "A division by zero or an overflow gave something that is no JSON number.",
    remedy: "Test the divisor first.",
  },
  EXPR_RAISED: {
    title: "Error raised by the expression",
    explanation:
      "The expression called $error, or $assert with a condition that does not hold. The message is the author's.",
    remedy: "See the message.",
  },
  VALUE_IS_BLOB: {
    title: "Value is too large to look into",
    explanation:
      "An action's output over 256 KiB is kept outside the run's state as a reference, {$blob, bytes, contentType}, that can only be passed on.",
    remedy: "Pass the value to an action that takes what is needed from it.",
  },
  EXPR_FORM_UNKNOWN: {
    title: "Compiled expression is of an unknown form",
    explanation: "The program was compiled by another version than the one that runs it.",
    remedy: "Publish the workflow again, or deploy the version that compiled it.",
  },
} as const;
