/** Why an expression is refused when it is published, for the error catalogue. (`NUMBER_NOT_EXACT`, `TEXT_NOT_STORABLE` and `KEY_REFUSED` too.) */
export const expressionIssues = {
  EXPR_SYNTAX: {
    title: "Expression cannot be read",
    explanation: "The text is no JSONata expression. The message has JSONata's code of the error.",
    remedy: "Correct the expression at the position given.",
  },
  EXPR_EMPTY: {
    title: "Expression is empty",
    explanation: "An expression has at least one character that is no white space.",
    remedy: "Write an expression, or a literal without $expr.",
  },
  EXPR_TOO_LONG: {
    title: "Expression is too long",
    explanation: "The source of an expression has at most 8,192 bytes.",
    remedy: "Split the expression over several steps.",
  },
  EXPR_TOO_DEEP: {
    title: "Expression is nested too deeply",
    explanation: "Brackets and operations may be nested at most 64 levels deep.",
    remedy: "Split the expression, for example with := inside parentheses, or over several steps.",
  },
  EXPR_TOO_COMPLEX: {
    title: "Expression is too complex",
    explanation:
      "Defaults (?? and ?:) that are nested on their left side multiply; this expression would become too large.",
    remedy: "Give the inner value a name with := and use the name.",
  },
  EXPR_REGEX_REFUSED: {
    title: "Regular expressions are refused",
    explanation: "The time that a regular expression takes cannot be limited, so expressions have none.",
    remedy: "Use $contains, $split, $replace, $substringBefore or $substringAfter with a text, or an action.",
  },
  EXPR_TRANSFORM_REFUSED: {
    title: "The transform operator is refused",
    explanation: "Expressions change nothing; | ... | is not supported.",
    remedy: "Build the new object with a constructor or $merge.",
  },
  EXPR_PARENT_REFUSED: {
    title: "The parent operator is refused",
    explanation:
      "% in front of a name (the parent of the current item) is not supported; as modulo, between two numbers, it is.",
    remedy: "Keep the parent with := or in a parameter of a function given to $map.",
  },
  EXPR_JOIN_REFUSED: {
    title: "Joins are refused",
    explanation: "The operators @ and #, which bind the current item or its position to a variable, are not supported.",
    remedy: "Use $map or $filter with a function; its second parameter is the position.",
  },
  EXPR_FUNCTION_REFUSED: {
    title: "Function refused",
    explanation: "The function would give another result each time, or run text as code.",
    remedy: "Use now or $nowIso() for the time. Random values come from an action.",
  },
  EXPR_FUNCTION_UNKNOWN: {
    title: "No such function",
    explanation: "Only the functions that are listed in the reference of expressions can be called.",
    remedy: "Check the name; functions begin with $.",
  },
  EXPR_FUNCTION_VALUE: {
    title: "A function is no value",
    explanation:
      "Functions cannot be stored in variables, returned or called themselves; they may only stand as an argument of $map, $filter, $reduce, $sort, $single, $each or $sift, or behind ~>.",
    remedy: "Write the function where it is used.",
  },
  EXPR_LAMBDA_REQUIRED: {
    title: "A function is missing",
    explanation: "This argument must be a function that is written in place: function($x) { ... }.",
    remedy: "Write the function as the argument.",
  },
  EXPR_LAMBDA_SIGNATURE: {
    title: "Signatures of functions are refused",
    explanation: "A function may not declare the types of its parameters in angle brackets.",
    remedy: "Leave the signature out.",
  },
  EXPR_PARTIAL_REFUSED: {
    title: "Partial application is refused",
    explanation: "A call with ? for an argument makes a function, and functions are no values.",
    remedy: "Write a function($x) { ... } in place.",
  },
  EXPR_ARGUMENTS: {
    title: "Wrong number of arguments",
    explanation: "The function takes another number of arguments.",
    remedy: "See the reference of expressions for its arguments.",
  },
  EXPR_VARIABLE_UNKNOWN: {
    title: "No such variable",
    explanation: "A name with $ is a variable that := or a function's parameter has given a value before.",
    remedy: "Workflow variables have no $: write vars.name, or the bare name.",
  },
  EXPR_BIND_PLACE: {
    title: "Assignment in the wrong place",
    explanation: "An assignment (:=) stands on its own in parentheses, separated by semicolons.",
    remedy: "Write ($x := ...; ...).",
  },
  EXPR_PREDICATE_LOST: {
    title: "What follows the call would be ignored",
    explanation:
      "JSONata ignores a predicate or grouping behind a call that follows ~>, and around the last call of a function's body.",
    remedy: "Give the result a name first: ($r := ...; $r[0]).",
  },
} as const;
