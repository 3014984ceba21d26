import { Option, type Command } from "commander";
import { instant } from "../../input/instants.ts";

/** Which dead letters: all that is given holds together. */
export interface DeadLetterFilters {
  readonly kind?: "event" | "delivery";
  readonly name?: string;
  readonly source?: string;
  readonly code?: string;
  readonly key?: string;
  readonly run?: string;
  readonly from?: string;
  readonly to?: string;
}

export function filterOptions(command: Command): Command {
  return command
    .addOption(new Option("--kind <kind>", "events, or signals of events to a run").choices(["event", "delivery"]))
    .option("--name <name>", "of events of this name")
    .option("--source <source>", "of this source")
    .option("--code <code>", "given up with this error")
    .option("-k, --key <key>", "with this correlation key")
    .option("--run <id>", "that were for this run")
    .option("--from <time>", "given up at this time or later, such as 2031-03-30T00:30:00Z", instant)
    .option("--to <time>", "given up before this time", instant);
}

/** The filters as the server takes them. */
export function filterOf({ kind, name, source, code, key, run, from, to }: DeadLetterFilters) {
  return { kind, name, source, code, correlationKey: key, runId: run, from, to };
}
