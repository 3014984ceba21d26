import { InvalidArgumentError, Option, type Command } from "commander";
import type { Context } from "../../context.ts";
import { usageError } from "../../cli-error.ts";
import { jsonArgument } from "../../input/json-argument.ts";

export interface SpecOptions {
  readonly cron?: string;
  readonly zone?: string;
  readonly every?: number;
  readonly at?: string;
}

export interface SettingOptions extends SpecOptions {
  readonly name?: string;
  readonly payload?: string;
  readonly overlap?: "skip" | "allow" | "cancel-other";
  readonly catchUp?: number;
  readonly jitter?: number;
  readonly businessDays?: string;
  readonly note?: string;
}

export function withSpec(command: Command): Command {
  return command
    .option("--cron <fields>", "minute, hour, day of month, month and day of week, such as '30 7 * * MON-FRI'")
    .option("--zone <zone>", "whose clocks the cron fields mean, such as Europe/Berlin; UTC when left out")
    .option("--every <duration>", "an interval of elapsed time, such as 90s, 15m, 24h, 7d", duration)
    .option("--at <time>", "once, such as 2031-03-30T08:00:00Z");
}

export function withSettings(command: Command): Command {
  return withSpec(command)
    .option("--name <name>", "a name for people")
    .option("--payload <json>", "what each run is started with: JSON, @file, or @- for standard input")
    .addOption(
      new Option("--overlap <policy>", "while the run before is open").choices(["skip", "allow", "cancel-other"]),
    )
    .option("--catch-up <duration>", "so late a missed time is still made up for", duration)
    .option("--jitter <duration>", "put each time off by chance, by at most so much", duration)
    .option("--business-days <calendar>", "only on days of this calendar that have business hours")
    .option("--note <text>", "for who reads it");
}

/** @returns undefined: none was given @throws CliError USAGE for more than one */
export function specFrom({ cron, zone, every, at }: SpecOptions) {
  const given = [cron, every, at].filter((one) => one !== undefined).length;
  if (given > 1) throw usageError("A schedule has one of --cron, --every and --at.", "Leave the others out.");
  if (zone !== undefined && cron === undefined) throw usageError("--zone goes with --cron.", "Give both, or neither.");
  if (cron !== undefined) return { cron, ...(zone === undefined ? {} : { zone }) };
  if (every !== undefined) return { everyMs: every };
  return at === undefined ? undefined : { at };
}

export async function settingsFrom({ io }: Context, options: SettingOptions) {
  const { name, payload, overlap, catchUp, jitter, businessDays, note } = options;
  return {
    ...(name === undefined ? {} : { name }),
    ...(payload === undefined ? {} : { payload: await jsonArgument("--payload", payload, io) }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(catchUp === undefined ? {} : { catchUpWindowMs: catchUp }),
    ...(jitter === undefined ? {} : { jitterMs: jitter }),
    ...(businessDays === undefined ? {} : { businessDays: { calendar: businessDays } }),
    ...(note === undefined ? {} : { note }),
  };
}

const unitsMs: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function duration(text: string): number {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("It is a number with a unit, such as 90s, 15m, 24h, 7d.");
  return Number(count) * (unitsMs[unit] ?? 1);
}
