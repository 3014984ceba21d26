import { InvalidArgumentError, type Command } from "commander";
import type { RestartPlanReply } from "@mainspring/api";
import { wholeNumber } from "../../input/numbers.ts";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { instantText } from "../../output/times.ts";
import { placeName } from "../../run/entry-line.ts";
import { followAndTell } from "../../run/follow-and-tell.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly reason: string;
  readonly iteration?: number[];
  readonly version?: number;
  readonly reuse?: string[];
  readonly offerEvents: boolean;
  readonly plan?: string;
  readonly dryRun?: true;
  readonly wait?: true;
}

export function runsRestartFrom(program: Program, parent: Command): void {
  const command = parent
    .command("restart-from")
    .summary("go on from a step, as a new run")
    .description(
      "Go on from a step, as a new run that begins in the state which this one had when it began the step. Calls that succeeded then or later are reused, others are made again. With --dry-run only the plan is shown; without it the plan goes to stderr, and exactly that is done.",
    )
    .argument("<id>", "the run's id")
    .argument("<step-path>", "such as root.steps[2]; runs show --json has them")
    .requiredOption("--reason <text>", "kept with the new run")
    .option("--iteration <n,..>", "which turn of the loops around the step, from 0; left out: its last", numbers)
    .option("--version <n>", "go on with this version of the workflow", wholeNumber(1, 2_147_483_647))
    .option("--reuse <ids>", "reuse these invocations of the plan and no others; none: empty", ids)
    .option("--no-offer-events", "do not offer again the events that the run took later")
    .option("--plan <hash>", "do what this plan listed, or nothing")
    .option("--dry-run", "show the plan, and do nothing")
    .option("-w, --wait", "stay until the new run has ended, and print its steps");
  performs<Options>(program, command, async (context, options, id = "", stepPath = "") => {
    const { out } = context;
    const client = await context.client();
    const { reason, iteration, version, reuse, offerEvents } = options;
    const body = { stepPath, reason, iteration, version, reuse, offerEvents };
    const params = { id };
    const plan = (await client.runs.restartFrom({ params, body: { ...body, dryRun: true } })) as RestartPlanReply;
    if (options.dryRun === true) {
      out.result(plan, () => planLines(plan, out));
      return undefined;
    }
    for (const line of planLines(plan, out)) out.progress(line);
    const planHash = options.plan ?? plan.planHash;
    const { runId } = (await client.runs.restartFrom({ params, body: { ...body, planHash } })) as { runId: string };
    if (options.wait === true) {
      out.progress(`run ${runId}`);
      return followAndTell(context, client, { runId });
    }
    out.result({ runId, planHash }, () => [`run ${runId}`]);
    return undefined;
  });
}

function planLines(plan: RestartPlanReply, { paint }: Output): string[] {
  const { reuse, repeat, offeredEvents } = plan;
  const heading = (text: string, count: number): string => paint("bold", `${text}: ${count === 0 ? "nothing" : count}`);
  return [
    `plan ${plan.planHash}`,
    `from ${printable(placeName(plan))} (${plan.stepPath}) with version ${plan.version}`,
    heading("reused", reuse.length),
    ...reuse.map(
      (one) => `  ${printable(placeName(one))}  ${one.action}  ${instantText(one.finishedAt)}  ${one.invocationId}`,
    ),
    heading("made again", repeat.length),
    ...repeat.map((one) =>
      one.kind === "child"
        ? `  ${printable(placeName(one))}  run of ${printable(one.workflow)}  ${one.status}`
        : `  ${printable(placeName(one))}  ${one.action}  ${one.effect === "none" ? "no effect" : one.status}`,
    ),
    heading("offered again", offeredEvents.length),
    ...offeredEvents.map(
      (event) => `  ${printable(event.name)}  ${printable(event.correlationKey ?? "")}  ${event.eventId}`,
    ),
  ];
}

function numbers(text: string): number[] {
  const parts = text.split(",").map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,9}$/.test(part))) throw new InvalidArgumentError("It is a list such as 2 or 0,3.");
  return parts.map(Number);
}

function ids(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
