/** The operators with two sides. */
export const binaryOperators: ReadonlySet<string> = new Set([
  "+",
  "-",
  "*",
  "/",
  "%",
  "&",
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "and",
  "or",
  "in",
]);

/** JSONata's functions that would give another result each time, run text as code, or need regular expressions. */
export const refusedFunctions: ReadonlySet<string> = new Set(["eval", "random", "millis", "now", "shuffle", "match"]);
