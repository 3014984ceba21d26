import type { DeadLetterReply } from "@mainspring/api";
import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { pageOptions, pageResult, type PageOptions } from "../../paging.ts";
import { performs, type Program } from "../../verb.ts";
import { filterOf, filterOptions, type DeadLetterFilters } from "./filters.ts";

export function deadLettersList(program: Program, parent: Command): void {
  const command = filterOptions(
    parent
      .command("list")
      .summary("list what was given up")
      .description(
        "List events that could not be handed on, and signals that did not reach their run, the last given up first. All filters hold together.",
      ),
  );
  pageOptions(command);
  performs<DeadLetterFilters & PageOptions>(program, command, async (context, { limit, cursor, ...filters }) => {
    const { out } = context;
    const client = await context.client();
    const page = await client.deadLetters.list({ query: { ...filterOf(filters), limit, cursor } });
    pageResult(out, page, "No dead letters.", (rows) =>
      table<DeadLetterReply>(
        rows,
        [
          { title: "KIND", of: ({ kind }) => kind },
          { title: "NAME", of: ({ name }) => printable(name) },
          { title: "KEY", of: ({ correlationKey }) => printable(correlationKey ?? "") },
          { title: "TRIES", of: ({ attempts }) => String(attempts), align: "right" },
          { title: "GIVEN UP", of: ({ deadAt }) => instantText(deadAt) },
          { title: "EVENT", of: ({ eventId }) => eventId, whole: true },
          { title: "ERROR", of: ({ error, redeliverable }) => errorText(error) + (redeliverable ? "" : " (for good)") },
        ],
        out.tableOptions,
      ),
    );
  });
}

function errorText(error: unknown): string {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return [code, message].flatMap((part) => (typeof part === "string" ? [printable(part)] : [])).join(": ");
}
