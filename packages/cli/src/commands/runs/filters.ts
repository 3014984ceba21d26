import type { Command } from "commander";
import type { RunStatusName } from "@mainspring/api";
import { choices } from "../../input/choices.ts";
import { instant } from "../../input/instants.ts";

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
    .addOption(choices("--status <status>", "with this status", statuses))
    .option("--state <state>", "with this business state")
    .option("--trigger <trigger>", "started by this trigger")
    .option("--from <time>", "created at or after this time, such as 2031-03-30T00:30:00Z", instant)
    .option("--to <time>", "created before this time", instant)
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
