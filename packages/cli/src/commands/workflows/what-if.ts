import type { Command } from "commander";
import type { WhatIfReply } from "@mainspring/api";
import { readDefinitions } from "../../definitions/read-definition.ts";
import { exitCodes } from "../../exit-codes.ts";
import { wholeNumber } from "../../input/numbers.ts";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly file?: string;
  readonly run?: readonly string[];
  readonly limit?: number;
}

export function workflowsWhatIf(program: Program, parent: Command): void {
  const command = parent
    .command("what-if")
    .summary("try a draft on recorded runs, without any effect")
    .description(
      "Run a draft in the place of recorded runs, with what these were given and without any effect. The exit code is 1 when it goes another way, or refuses a payload.",
    )
    .argument("<key>", "the workflow's key")
    .option("--file <file>", "a definition in YAML or JSON; left out: the stored draft")
    .option("--run <id...>", "these runs; left out: the newest")
    .option("--limit <n>", "how many of the newest runs", wholeNumber(1, 100));
  performs<Options>(program, command, async (context, { file, run, limit }, key = "") => {
    const { out } = context;
    const [given] = file === undefined ? [] : await readDefinitions([file], context.io);
    const client = await context.client();
    const report = await client.workflows.whatIf({
      params: { key },
      body: {
        limit: limit ?? 20,
        ...(given === undefined ? {} : { definition: given.text }),
        ...(run === undefined ? {} : { runIds: [...run] }),
      },
    });
    out.result(report, () => reportLines(report, out));
    const { diverged, payloadRefused } = report.counts;
    return diverged + payloadRefused === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

function reportLines({ counts, items }: WhatIfReply, out: Output): string[] {
  if (items.length === 0) return ["no run is recorded"];
  const { samePath, diverged, notRecorded, payloadRefused } = counts;
  return [
    `same path ${samePath} · another way ${diverged} · not recorded ${notRecorded} · payload refused ${payloadRefused}`,
    ...table(
      items,
      [
        { title: "RUN", of: ({ runId }) => runId, whole: true },
        { title: "VERSION", of: ({ version }) => String(version ?? ""), align: "right" },
        { title: "STATUS", of: ({ status }) => status },
        { title: "DRAFT", of: ({ verdict }) => verdict },
        { title: "", of: ({ sentence }) => printable(sentence) },
      ],
      out.tableOptions,
    ),
  ];
}
