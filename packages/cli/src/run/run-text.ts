import type { RunReply } from "@mainspring/api";
import type { Output } from "../output/output.ts";
import { printable, printableLines } from "../output/printable.ts";
import { statusText } from "../output/status.ts";
import { fields } from "../output/table.ts";
import { betweenText, instantText } from "../output/times.ts";

type RunFailure = NonNullable<RunReply["error"]>;

/** How a run ended: status and duration, its error or its output. */
export function outcomeLines(run: RunReply, { paint }: Output): string[] {
  const took = betweenText(run.createdAt, run.completedAt);
  return [
    `${statusText(run.status, paint)}  ${paint("bold", printable(run.workflow))}${run.version === null ? "" : ` version ${run.version}`}${took === "" ? "" : ` in ${took}`}`,
    ...(run.error === null ? [] : failureLines(run.error)),
    ...(run.status === "SUCCEEDED" && run.output !== null ? jsonLines(run.output) : []),
  ];
}

/** A run's or step's error: code, message, place, remedy. */
export function failureLines(error: RunFailure): string[] {
  const place = [
    error.stepId === undefined ? "" : `step ${error.stepId}`,
    error.nodePath ?? "",
    (error.attempt ?? 1) > 1 ? `attempt ${error.attempt}` : "",
  ];
  const shownPlace = place.filter((part) => part !== "").join(", ");
  return [
    `  ${printable(error.code)}  ${printable(error.message)}`,
    ...(shownPlace === "" ? [] : [`  at ${printable(shownPlace)}`]),
    ...(error.details === undefined || error.details === null
      ? []
      : jsonLines(error.details).map((line) => `  ${line}`)),
    ...(error.remedy === undefined ? [] : [`  ${printable(error.remedy)}`]),
  ];
}

/** What a run is, in lines `name  value`. */
export function runFields(run: RunReply, { paint }: Output): string[] {
  const text = (value: unknown): string | undefined =>
    value === null || value === undefined
      ? undefined
      : printable(typeof value === "string" ? value : JSON.stringify(value));
  return fields(
    [
      ["run", run.id],
      ["status", statusText(run.status, paint)],
      ["workflow", `${printable(run.workflow)}${run.version === null ? "" : ` version ${run.version}`}`],
      ["state", text(run.state)],
      ["created", instantText(run.createdAt)],
      ["started", instantText(run.startedAt)],
      ["ended", instantText(run.completedAt)],
      ["took", betweenText(run.createdAt, run.completedAt)],
      ["end confirmed", run.completedAt === null ? undefined : instantText(run.confirmedAt) || "not yet"],
      ["cancel asked", instantText(run.cancelRequestedAt)],
      ["started by", text(run.startedBy)],
      ["replay of", text(run.replayOfRunId)],
      ["parent", text(run.parentRunId)],
      ["steps", String(run.steps)],
      ["input", text(run.input)],
      ["output", text(run.output)],
    ],
    paint,
  );
}

export function jsonLines(value: unknown): string[] {
  return printableLines(JSON.stringify(value, null, 2)).split("\n");
}
