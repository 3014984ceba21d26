import { compileCalendar } from "../../calendar/calendar.ts";
import type { BusinessCalendar } from "../../calendar/calendar.ts";
import { scenarioProblems } from "../../definition/scenario.ts";
import type { ScenarioFileDefinition } from "../../definition/scenario.ts";
import type { ErrorCode } from "../../errors/errors.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { checkSchema } from "../../schema/check-schema.ts";
import type { Issue } from "../../values/issue.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { pointerToken } from "../../values/pointer.ts";
import type { ActionEntry } from "../catalogue.ts";
import { IssueList } from "../issue-list.ts";
import { readDocument } from "../parse-definition.ts";
import type { Positions } from "../positions.ts";
import { compileScenario } from "./compile-scenario.ts";
import { scenarioIssues } from "./scenario-issue.ts";

/** A scenario file, read. */
export interface ScenarioFile {
  /** The key of the workflow under test, where the file names it. */
  readonly workflow?: string;
  /** Actions that the file declares. */
  readonly actions: readonly ActionEntry[];
  /** Names of the forms and calendars that it declares; each scenario has them. */
  readonly forms: readonly string[];
  readonly calendars: readonly string[];
  readonly scenarios: readonly Scenario[];
  /** The line of a place in a scenario, such as the `path` of a failure; text only. */
  readonly lineOf?: (scenario: number, path: string) => number;
}

export type ParsedScenarios = ScenarioFile | { readonly issues: readonly Issue[] };

/**
 * Reads a scenario file: YAML or JSON text, or an object given in code. Every problem is reported at once, with its
 * line where there is text.
 */
export function parseScenarios(textOrObject: unknown): ParsedScenarios {
  const { read, intake } = readDocument(textOrObject);
  if (read === undefined || intake.issues.length > 0) return { issues: intake.issues };
  const { value, positions } = read;
  const issues = new IssueList(positions);
  for (const { code, pointer, message, remedy } of scenarioIssues(scenarioProblems(value), value))
    issues.error(code, { pointer }, message, remedy);
  if (issues.hasErrors) return { issues: issues.list() };

  const file = value as unknown as ScenarioFileDefinition;
  checkNames(file, issues);
  const actions = Object.entries(file.actions ?? {}).map(([id, action]): ActionEntry => {
    const pointer = "/actions" + pointerToken(id);
    const inputSchema = checkedSchema(action.input, pointer + "/input", issues);
    const outputSchema = checkedSchema(action.output, pointer + "/output", issues);
    const { effect = "idempotent", execution = "remote", batch = false, timeoutMs = 30_000 } = action;
    return { id, effect, execution, batch, timeoutMs, inputSchema, outputSchema };
  });
  const forms: { [name: string]: JsonObject } = {};
  for (const [name, schema] of Object.entries(file.forms ?? {}))
    forms[name] = checkedSchema(schema, "/forms" + pointerToken(name), issues);
  const calendars: { [name: string]: BusinessCalendar } = {};
  for (const [name, given] of Object.entries(file.calendars ?? {})) {
    const compiled = compileCalendar(given);
    if ("problem" in compiled)
      issues.error("FIELD_INVALID", { pointer: "/calendars" + pointerToken(name) }, compiled.problem);
    else calendars[name] = compiled;
  }
  const scenarios = file.scenarios.map((scenario, i) => {
    const pointer = `/scenarios/${i}`;
    const compiled = compileScenario(scenario, file.defaults ?? {}, pointer, (code, at, message, remedy) =>
      issues.error(code as ErrorCode, { pointer: at }, message, remedy),
    );
    return {
      ...compiled,
      ...(positions === undefined ? {} : { line: positions.lineOf(pointer) }),
      ...(file.forms === undefined ? {} : { forms }),
      ...(file.calendars === undefined ? {} : { calendars }),
    };
  });
  if (issues.hasErrors) return { issues: issues.list() };
  return {
    ...(file.workflow === undefined ? {} : { workflow: file.workflow }),
    actions,
    forms: Object.keys(forms),
    calendars: Object.keys(calendars),
    scenarios,
    ...(positions === undefined ? {} : { lineOf: lineOf(positions) }),
  };
}

function lineOf(positions: Positions): (scenario: number, path: string) => number {
  return (scenario, path) => positions.lineOf(`/scenarios/${scenario}${path}`);
}

/** A name is how a scenario is found and reported, so it stands once in a file. */
function checkNames({ scenarios }: ScenarioFileDefinition, issues: IssueList): void {
  const seen = new Set<string>();
  scenarios.forEach(({ name }, i) => {
    if (seen.has(name))
      issues.error(
        "FIELD_INVALID",
        { pointer: `/scenarios/${i}/name` },
        `Two scenarios are called "${name}".`,
        "Give one of the two another name.",
      );
    seen.add(name);
  });
}

function checkedSchema(schema: JsonObject | undefined, pointer: string, issues: IssueList): JsonObject {
  for (const found of checkSchema((schema ?? {}) as Json))
    issues.error(found.code as ErrorCode, { pointer: pointer + found.pointer }, found.message);
  return schema ?? {};
}
