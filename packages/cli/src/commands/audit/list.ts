import type { Command } from "commander";
import { instant } from "../../input/instants.ts";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { pageOptions, pageResult, type PageOptions } from "../../paging.ts";
import { performs, type Program } from "../../verb.ts";

interface Options extends PageOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly tenant?: string;
}

export function auditList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list who changed what")
    .description("List the audit log, newest first; the filters hold together. Needs an administrator's key.")
    .option("--actor <actor>", "such as api-key:<id>")
    .option("--action <action>", "such as workflow.publish")
    .option("--subject <subject>", "such as workflow:order")
    .option("--from <time>", "not before this time, such as 2031-03-30T00:30:00Z", instant)
    .option("--to <time>", "before this time", instant)
    .option("--tenant <id>", "of this tenant, deleted ones too; needs the platform's key")
    .option("--platform-key <key>", "the platform's key");
  pageOptions(command, 50);
  performs<Options>(program, command, async (context, { tenant, actor, action, subject, from, to, limit, cursor }) => {
    const { out } = context;
    const query = { actor, action, subject, from, to, limit, cursor };
    const page =
      tenant === undefined
        ? await (await context.client()).audit.list({ query })
        : await (await context.platformClient()).platform.audit({ params: { id: tenant }, query });
    type Row = (typeof page.items)[number];
    const columns = [
      { title: "NO", of: ({ seq }: Row) => String(seq), align: "right" as const },
      { title: "AT", of: ({ at }: Row) => instantText(at) },
      { title: "ACTION", of: (row: Row) => printable(row.action) },
      { title: "SUBJECT", of: (row: Row) => printable(row.subject) },
      { title: "BY", of: (row: Row) => printable(row.actor) },
    ];
    pageResult(out, page, "No entries.", (rows) => table(rows, columns, out.tableOptions));
  });
}
