import type { BusinessCalendar, CalendarDefinition } from "../calendar/calendar.ts";
import { compileCalendar } from "../calendar/calendar.ts";
import { scenarioProblems } from "../definition/scenario.ts";
import { errors } from "../errors/errors.ts";
import type { Issue } from "../values/issue.ts";
import type { Json } from "../values/json.ts";
import { scenarioIssues } from "./scenario/scenario-issue.ts";

export type CheckedCalendar =
  | { readonly definition: CalendarDefinition; readonly calendar: BusinessCalendar }
  | { readonly issues: readonly Issue[] };

const at = "/calendars/calendar";

/** A business calendar as people write it, read and compiled; or every problem of it. Whether its zone exists only a host knows. */
export function checkCalendar(given: Json): CheckedCalendar {
  // Written by the same rules as in a scenario file, and its problems are told in the same words.
  const file = { calendars: { calendar: given }, scenarios: [{ name: "any" }] };
  const issues: Issue[] = scenarioIssues(scenarioProblems(file), file as unknown as Json).map((issue) => ({
    ...issue,
    severity: "error",
    pointer: issue.pointer.slice(at.length),
  }));
  if (issues.length > 0) return { issues };
  const definition = given as unknown as CalendarDefinition;
  const calendar = compileCalendar(definition);
  if (!("problem" in calendar)) return { definition, calendar };
  const { problem: message, pointer } = calendar;
  return {
    issues: [{ code: "FIELD_INVALID", severity: "error", pointer, message, remedy: errors.FIELD_INVALID.remedy }],
  };
}
