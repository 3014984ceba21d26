import type { Command } from "commander";
import { usageError } from "../../cli-error.ts";
import { wholeNumber } from "../../input/numbers.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";
import { specFrom, withSpec, type SpecOptions } from "./settings.ts";

interface Options extends SpecOptions {
  readonly count: number;
  readonly from?: string;
  readonly businessDays?: string;
}

interface Fire {
  readonly nominalAt: string;
  readonly local: string;
}

export function schedulesPreview(program: Program, parent: Command): void {
  const command = withSpec(
    parent
      .command("preview")
      .summary("when a schedule fires next")
      .description(
        "When a schedule fires next, changes of the clocks included: one that is there, or one that is only thought of.",
      )
      .argument("[id]", "the schedule's id; left out: --cron, --every or --at say when"),
  )
    .option("--count <n>", "so many times", wholeNumber(1, 1_000), 10)
    .option("--from <time>", "after this time, such as 2031-03-30T00:30:00Z; now when left out")
    .option("--business-days <calendar>", "only on days of this calendar that have business hours");
  performs<Options>(program, command, async (context, options, id) => {
    const { out } = context;
    const { count, from, businessDays } = options;
    const spec = specFrom(options);
    if ((id === undefined) === (spec === undefined))
      throw usageError("Either a schedule's id or one of --cron, --every and --at.", "Give one of them.");
    const client = await context.client();
    const page =
      spec === undefined
        ? await client.schedules.preview({ params: { id: id ?? "" }, query: { count, from } })
        : await client.schedules.previewSpec({
            body: {
              spec,
              count,
              from,
              ...(businessDays === undefined ? {} : { businessDays: { calendar: businessDays } }),
            },
          });
    const columns = [
      { title: "UTC", of: ({ nominalAt }: Fire) => instantText(nominalAt) },
      { title: "LOCAL", of: ({ local }: Fire) => local.replace("T", " ") },
    ];
    out.result(page, () =>
      page.items.length === 0 ? ["It fires no more."] : table(page.items, columns, out.tableOptions),
    );
  });
}
