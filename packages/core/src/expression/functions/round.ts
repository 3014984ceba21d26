const { abs, round } = Math;
const toNumber = Number;

/** Rounds half to even, after moving the decimal point in the decimal notation, where no binary error comes in. */
export function rounded(value: number, digits: number | undefined): number {
  const moved = digits === undefined || digits === 0 ? value : shifted(value, digits);
  let result = round(moved);
  if (abs(result - moved) === 0.5 && abs(result % 2) === 1) result -= 1;
  if (digits !== undefined && digits !== 0) result = shifted(result, -digits);
  return result === 0 ? 0 : result;
}

function shifted(value: number, digits: number): number {
  const text = "" + value;
  const e = text.indexOf("e");
  return e < 0
    ? toNumber(text + "e" + digits)
    : toNumber(text.slice(0, e) + "e" + (toNumber(text.slice(e + 1)) + digits));
}
