import type { Paint } from "./paint.ts";
import { columnsOf, cut } from "./printable.ts";

export interface Cell {
  readonly text: string;
  /** Colours the text after it has been padded or cut. */
  readonly paint?: (text: string) => string;
}

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string | Cell;
  readonly align?: "right";
  /** Never cut: half an id is of no use. */
  readonly whole?: true;
}

export interface TableOptions {
  readonly paint: Paint;
  /** Width of the terminal: the last column is cut to fit. Undefined: nothing is cut. */
  readonly columns?: number;
}

const gap = "  ";
const lastColumnMin = 12;

/** Lines of an aligned table with a header. Columns in which no row has anything are left out. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: TableOptions): string[] {
  const grid = rows.map((row) => columns.map((column) => cellOf(column.of(row))));
  const used = columns.map((_, index) => index).filter((index) => grid.some((cells) => cells[index]?.text !== ""));
  const widths = new Map(
    used.map((index) => [
      index,
      Math.max(columnsOf(columns[index]?.title ?? ""), ...grid.map((cells) => columnsOf(cells[index]?.text ?? ""))),
    ]),
  );
  const line = (cells: readonly Cell[]): string => {
    let left = 0;
    const parts = used.map((index, position) => {
      const cell = cells[index] ?? { text: "" };
      const width = widths.get(index) ?? 0;
      const isLast = position === used.length - 1;
      const isCut = isLast && options.columns !== undefined && columns[index]?.whole !== true;
      const room = isCut ? Math.max(lastColumnMin, (options.columns ?? 0) - left) : width;
      left += width + gap.length;
      const text = isCut ? cut(cell.text, room) : cell.text;
      const padding = " ".repeat(Math.max(0, width - columnsOf(text)));
      const painted = cell.paint?.(text) ?? text;
      if (columns[index]?.align === "right") return padding + painted;
      return isLast ? painted : painted + padding;
    });
    return parts.join(gap).trimEnd();
  };
  const header = line(columns.map(({ title }) => ({ text: title, paint: (text) => options.paint("dim", text) })));
  return [header, ...grid.map(line)];
}

/** Lines `name  value`, aligned; entries without a value are left out. */
export function fields(
  entries: readonly (readonly [name: string, value: string | undefined])[],
  paint: Paint,
): string[] {
  const shown = entries.filter(
    (entry): entry is readonly [string, string] => entry[1] !== undefined && entry[1] !== "",
  );
  const width = Math.max(0, ...shown.map(([name]) => columnsOf(name)));
  return shown.map(([name, value]) => `${paint("dim", name + " ".repeat(width - columnsOf(name)))}${gap}${value}`);
}

function cellOf(value: string | Cell): Cell {
  return typeof value === "string" ? { text: value } : value;
}
