import { InvalidArgumentError, Option, type Command } from "commander";
import type { RunStatusName } from "@mainspring/api";

/** Which runs: all that is given holds together. */
export interface RunFilters {
  readonly workflow?: string;
  readonly status?: RunStatusName[];
  readonly state?: string;
  readonly trigger?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

/** As in the contract; written here so that the help needs none of it. */
const statuses: readonly RunStatusName[] = [
  "QUEUED",
  "RUNNING",
  "WAITING",
  "PAUSED",
  "SUCCEEDED",
  "FAILED",
  "CANCELED",
];

export function filterOptions(command: Command): Command {
  return command
    .option("--workflow <key>", "of this workflow")
    .addOption(
      new Option("--status <status>", `with this status; may be given several times: ${statuses.join(", ")}`).argParser(
        statusOption,
      ),
    )
    .option("--state <state>", "with this business state")
    .option("--trigger <trigger>", "started by this trigger")
    .option("--from <time>", "created at or after this time, such as 2031-03-30T00:30:00Z", timeOption)
    .option("--to <time>", "created before this time", timeOption)
    .option(
      "--text <text>",
      "with this text in id, workflow, state, error, correlation key or input; 3 characters at least",
    );
}

/** The filters as the server's list takes them. */
export function filterOf({ workflow, status, state, trigger, from, to, text }: RunFilters): {
  workflow?: string;
  status?: RunStatusName[];
  state?: string;
  trigger?: string;
  from?: string;
  to?: string;
  q?: string;
} {
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
    ...(state === undefined ? {} : { state }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(text === undefined ? {} : { q: text }),
  };
}

function statusOption(text: string, before: RunStatusName[] | undefined): RunStatusName[] {
  const status = statuses.find((one) => one === text.toUpperCase());
  if (status === undefined) throw new InvalidArgumentError(`It is one of ${statuses.join(", ")}.`);
  return [...(before ?? []), status];
}

function timeOption(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError("It is a time such as 2031-03-30T00:30:00Z.");
  return new Date(ms).toISOString();
}
