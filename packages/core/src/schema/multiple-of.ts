const isSafeInteger = Number.isSafeInteger;
const toBigInt = BigInt;

/**
 * Whether `value` is a multiple of `step`, by their decimal notations: 0.0075 is one of 0.0001, although neither can be
 * held exactly in binary.
 */
export function isMultipleOf(value: number, step: number): boolean {
  if (isSafeInteger(value) && isSafeInteger(step)) return value % step === 0;
  const dividend = decimal(value);
  const divisor = decimal(step);
  const exponent = dividend.exponent < divisor.exponent ? dividend.exponent : divisor.exponent;
  const numerator = dividend.digits * power(dividend.exponent - exponent);
  const denominator = divisor.digits * power(divisor.exponent - exponent);
  return denominator !== 0n && numerator % denominator === 0n;
}

interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** `digits` times ten to the power of `exponent`, the shortest decimal that reads back as `value`. */
function decimal(value: number): Decimal {
  const text = "" + value;
  const e = text.indexOf("e");
  const mantissa = e < 0 ? text : text.slice(0, e);
  const exponent = e < 0 ? 0 : +text.slice(e + 1);
  const point = mantissa.indexOf(".");
  if (point < 0) return { digits: toBigInt(mantissa), exponent };
  const fraction = mantissa.length - point - 1;
  return { digits: toBigInt(mantissa.slice(0, point) + mantissa.slice(point + 1)), exponent: exponent - fraction };
}

/** Ten to a power, at most some 650. */
function power(exponent: number): bigint {
  return toBigInt("1" + "0".repeat(exponent));
}
