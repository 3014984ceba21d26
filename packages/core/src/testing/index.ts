// For tests and benchmarks of other packages that evaluate where there is no Node: nothing here needs a parser.
export type { Evaluated, EvaluationSet } from "./evaluation-sets.ts";
export { evaluateSet, evaluationSets } from "./evaluation-sets.ts";
