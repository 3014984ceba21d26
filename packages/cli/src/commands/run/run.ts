import type { Command } from "commander";
import type { RunReply } from "@mainspring/api";
import { jsonArgument } from "../../input/json-argument.ts";
import { wholeNumber } from "../../input/numbers.ts";
import { followAndTell } from "../../run/follow-and-tell.ts";
import { statusText } from "../../output/status.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly payload?: string;
  readonly version?: number;
  readonly idempotencyKey?: string;
  readonly wait?: true;
  readonly timeout?: number;
}

export function run(program: Program, parent: Command): void {
  const command = parent
    .command("run")
    .summary("start a run of a workflow")
    .description(
      "Start a run of a published workflow. With --wait its steps are printed as they happen, and the exit code is 1 unless it succeeds.",
    )
    .argument("<key>", "the workflow's key")
    .option("-p, --payload <json>", "the payload: JSON, @file, or @- for standard input")
    .option("--version <n>", "another version than the one that is published now", wholeNumber(1, 2_147_483_647))
    .option(
      "--idempotency-key <key>",
      "sent again with the same payload, it starts nothing and answers with the first run",
    )
    .option("-w, --wait", "stay until the run has ended, and print its steps")
    .option(
      "--timeout <seconds>",
      "with --wait: stop waiting after so long; the run goes on",
      wholeNumber(1, 31_536_000),
    );
  performs<Options>(program, command, async (context, options, key) => {
    const { out } = context;
    const payload =
      options.payload === undefined ? undefined : await jsonArgument("--payload", options.payload, context.io);
    const client = await context.client();
    const started = await client.runs.start({
      params: { key: key ?? "" },
      body: { payload, version: options.version },
      idempotencyKey: options.idempotencyKey,
    });
    const { runId, status } = startedOf(started);
    if (options.wait !== true) {
      out.result({ runId, status }, () => [`${statusText(status, out.paint)}  run ${runId}`]);
      if (!out.isJson) out.progress(`mainspring runs watch ${runId} shows its steps.`);
      return undefined;
    }
    out.progress(`run ${runId}`);
    return followAndTell(context, client, { runId, timeoutMs: secondsToMs(options.timeout) });
  });
}

/** A start answers with the run itself only when it was asked to wait, which this command does by the stream. */
function startedOf(started: RunReply | { runId: string; status: RunReply["status"] }): {
  runId: string;
  status: RunReply["status"];
} {
  return "runId" in started ? started : { runId: started.id, status: started.status };
}

function secondsToMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1_000;
}
