import { integerPicture } from "./integer-picture.ts";
import { spend, valueFault } from "../run.ts";
import type { IntegerPicture } from "./integer-picture.ts";
import type { Run } from "../run.ts";

/** A part of a picture of XPath's `format-dateTime`: text as it is, or a component of the date. */
export type DatePart = { readonly kind: "text"; readonly text: string } | Component;

export interface Component {
  readonly kind: "component";
  /** Y year, M month, D day of the month, d of the year, F of the week, W and w week, X and x their year and month, H and h hour, P am or pm, m, s, f, Z and z zone, C, E. */
  readonly letter: string;
  readonly widthMin: number | undefined;
  readonly widthMax: number | undefined;
  /** Written as a name, in this case. */
  readonly names: "upper" | "lower" | "title" | undefined;
  readonly integer: IntegerPicture | undefined;
  /** Of years: how many digits stay; undefined: all. */
  readonly digits: number | undefined;
  /** A zone of no offset is written Z. */
  readonly traditional: boolean;
}

/** Components that are integers. */
export const integerLetters = "YMDdFWwXxHhms";

const defaults: ReadonlyMap<string, string> = new Map([
  ["Y", "1"],
  ["M", "1"],
  ["D", "1"],
  ["d", "1"],
  ["F", "n"],
  ["W", "1"],
  ["w", "1"],
  ["X", "1"],
  ["x", "1"],
  ["H", "1"],
  ["h", "1"],
  ["P", "n"],
  ["m", "01"],
  ["s", "01"],
  ["f", "1"],
  ["Z", "01:01"],
  ["z", "01:01"],
  ["C", "n"],
  ["E", "n"],
]);

export function datePicture(text: string, run: Run): DatePart[] {
  spend(run, 4 + text.length);
  const parts: DatePart[] = [];
  let from = 0;
  const addText = (end: number) => {
    if (end > from) parts.push({ kind: "text", text: text.slice(from, end).split("]]").join("]") });
  };
  for (let at = 0; at < text.length; at += 1) {
    if (text.charAt(at) !== "[") continue;
    addText(at);
    if (text.charAt(at + 1) === "[") {
      parts.push({ kind: "text", text: "[" });
      at += 1;
      from = at + 1;
      continue;
    }
    const end = text.indexOf("]", at);
    if (end < 0) throw valueFault("D3135", "A bracket of the picture is not closed");
    spend(run, 12);
    const component = componentOf(withoutBlanks(text.slice(at + 1, end)), run);
    const previous = parts[parts.length - 1];
    // A number that another follows at once must say how many digits it has.
    if (
      component.integer !== undefined &&
      !isZone(component.letter) &&
      previous?.kind === "component" &&
      previous.integer !== undefined
    ) {
      previous.integer.width = previous.integer.mandatory;
    }
    parts.push(component);
    at = end;
    from = end + 1;
  }
  addText(text.length);
  return parts;
}

export function isZone(letter: string): boolean {
  return letter === "Z" || letter === "z";
}

function componentOf(marker: string, run: Run): Component {
  const letter = marker.charAt(0);
  const comma = marker.lastIndexOf(",");
  const [widthMin, widthMax] = comma < 0 ? [undefined, undefined] : widths(marker.slice(comma + 1));
  let presentation = comma < 0 ? marker.slice(1) : marker.slice(1, comma);
  let modifier = "";
  if (presentation.length > 1 && "atco".includes(presentation.charAt(presentation.length - 1))) {
    modifier = presentation.charAt(presentation.length - 1);
    presentation = presentation.slice(0, -1);
  } else if (presentation === "") {
    presentation = defaults.get(letter) ?? "";
  }
  if (!defaults.has(letter)) throw valueFault("D3132", `The picture has an unknown component ${letter}`);
  const names =
    presentation.charAt(0) === "n"
      ? "lower"
      : presentation.charAt(0) !== "N"
        ? undefined
        : presentation.charAt(1) === "n"
          ? "title"
          : "upper";
  const base = { kind: "component", letter, widthMin, widthMax, names, traditional: modifier === "t" } as const;
  if (isZone(letter)) return { ...base, integer: integerPicture(presentation, run), digits: undefined };
  if (names !== undefined || !(integerLetters + "f").includes(letter))
    return { ...base, integer: undefined, digits: undefined };
  const integer = integerPicture(modifier === "" ? presentation : presentation + ";" + modifier, run);
  if (widthMin !== undefined && integer.mandatory !== undefined && integer.mandatory < widthMin)
    integer.mandatory = widthMin;
  if (letter !== "Y") return { ...base, integer, digits: undefined };
  if (widthMax !== undefined) {
    integer.mandatory = widthMax;
    return { ...base, integer, digits: widthMax };
  }
  const width = integer.mandatory === undefined ? 0 : integer.mandatory + integer.optional;
  return { ...base, integer, digits: width >= 2 ? width : undefined };
}

function widths(text: string): [number | undefined, number | undefined] {
  const dash = text.indexOf("-");
  return dash < 0 ? [widthOf(text), undefined] : [widthOf(text.slice(0, dash)), widthOf(text.slice(dash + 1))];
}

function widthOf(text: string): number | undefined {
  if (text === "*") return undefined;
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) < 48 || text.charCodeAt(i) > 57)
      throw valueFault("D3132", "A width of the picture is no number");
  }
  if (text === "" || text.length > 3) throw valueFault("D3132", "A width of the picture is no number");
  return +text;
}

function withoutBlanks(text: string): string {
  let result = "";
  for (const letter of text) if (letter.trim() !== "") result += letter;
  return result;
}
