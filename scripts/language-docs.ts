// What the pages of docs/language show: their YAML, and their tables of expressions.

export interface ShownExpression {
  readonly source: string;
  /** As it stands in the table: JSON, `nothing`, or a code. */
  readonly gives: string;
  readonly line: number;
}

/** Rows of a Markdown table whose second cell is an expression and whose third says what it gives or is refused with. */
export function shownExpressions(page: string): ShownExpression[] {
  let isInTable = false;
  return page.split("\n").flatMap((text, i) => {
    const cells = cellsOf(text);
    if (cells.length !== 3) isInTable = false;
    else if (cells[2] === "gives" || cells[2] === "refused with") isInTable = true;
    else if (isInTable && cells[1] !== "---") {
      return [{ source: codeOf(cells[1] as string), gives: codeOf(cells[2] as string), line: i + 1 }];
    }
    return [];
  });
}

function cellsOf(row: string): string[] {
  if (!row.startsWith("|")) return [];
  return row
    .slice(1, row.lastIndexOf("|"))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** The text of a code span; one with backticks in it stands in two. */
function codeOf(cell: string): string {
  return (/^``(.*)``$/.exec(cell) ?? /^`(.*)`$/.exec(cell))?.[1]?.trim() ?? cell;
}

export interface ShownBlock {
  readonly text: string;
  readonly line: number;
}

/** The fenced blocks of a language. */
export function shownBlocks(page: string, language: string): ShownBlock[] {
  const blocks = page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"));
  return [...blocks].map((block) => ({
    text: block[1] as string,
    line: page.slice(0, block.index).split("\n").length + 1,
  }));
}
