/** The number of characters (code points) of a text; half of a surrogate pair counts as one. */
export function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i += unitsAt(text, i)) count += 1;
  return count;
}

/** The part of `text` from character `start` up to `end`; negative ones count from the end, as in `Array.slice`. */
export function sliceByCodePoints(text: string, start: number, end: number | undefined): string {
  const length = codePoints(text);
  const from = clamped(start, length);
  const to = end === undefined ? length : clamped(end, length);
  if (from >= to) return "";
  if (length === text.length) return text.slice(from, to);
  let at = 0;
  let i = 0;
  for (; at < from; at += 1) i += unitsAt(text, i);
  const first = i;
  for (; at < to; at += 1) i += unitsAt(text, i);
  return text.slice(first, i);
}

function clamped(position: number, length: number): number {
  const at = trunc(position);
  if (at !== at) return 0;
  return at < 0 ? max(length + at, 0) : min(at, length);
}

function unitsAt(text: string, i: number): 1 | 2 {
  const unit = text.charCodeAt(i);
  if (unit < 0xd800 || unit > 0xdbff) return 1;
  const next = text.charCodeAt(i + 1);
  return next >= 0xdc00 && next <= 0xdfff ? 2 : 1;
}

const { trunc, min, max } = Math;
