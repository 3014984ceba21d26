// Table of contents of `@mainspring/core/compile`: everything that needs a parser. Nothing that runs workflows imports it.

export type {
  ActionEntry,
  CompileCatalogue,
  EventTypeEntry,
  FormEntry,
  UnsupportedParts,
  WorkflowEntry,
} from "./catalogue.ts";
export type { ParsedDefinition } from "./parse-definition.ts";
export { parseDefinition } from "./parse-definition.ts";
export type { Positions } from "./positions.ts";
export type { Definition, TriggerDefinition } from "../definition/definition.ts";
export type { StepDefinition } from "../definition/any-step.ts";
export type { Bounds, StepBounds } from "./bounds.ts";
export { historyEventsMax } from "./bounds.ts";
export type { CompiledDefinition, CompileOptions } from "./compile-definition.ts";
export { compileDefinition, newestSemantics } from "./compile-definition.ts";
export type { CheckedDefinition } from "./check-definition.ts";
export { checkDefinition } from "./check-definition.ts";
export type { CheckedCalendar } from "./check-calendar.ts";
export { checkCalendar } from "./check-calendar.ts";
export { parseTarget } from "./target.ts";
export { compileExpression } from "./expression/compile-expression.ts";
export { readsOf } from "../expression/reads.ts";
export { definitionJsonSchema, scenarioFileJsonSchema } from "../definition/json-schema.ts";
export type { ParsedScenarios, ScenarioFile } from "./scenario/parse-scenarios.ts";
export { parseScenarios } from "./scenario/parse-scenarios.ts";
export { defaultNow } from "../scenario/read-scenario.ts";
export { scenarioText } from "./scenario/scenario-text.ts";
