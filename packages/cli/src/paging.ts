import type { Command } from "commander";
import { wholeNumber } from "./input/numbers.ts";
import type { Output } from "./output/output.ts";

/** Which page of a list is asked for. */
export interface PageOptions {
  readonly limit: number;
  readonly cursor?: string;
}

/** @param limit what a page has when nothing is said */
export function pageOptions(command: Command, limit = 20): Command {
  return command
    .option("--limit <n>", "at most so many", wholeNumber(1, 200), limit)
    .option("--cursor <cursor>", "the next page, as the page before named it");
}

/** A page as the result of a command; the next one, where there is one, is named on stderr. */
export function pageResult<Row>(
  out: Output,
  page: { readonly items: readonly Row[]; readonly nextCursor: string | null },
  none: string,
  lines: (rows: readonly Row[]) => readonly string[],
): void {
  out.result(page, () => (page.items.length === 0 ? [none] : lines(page.items)));
  if (page.nextCursor !== null && !out.isJson) out.progress(`There are more: --cursor ${page.nextCursor}`);
}
