const isArray = Array.isArray;
const keysOf = Object.keys;
const isFinite = Number.isFinite;

/**
 * The length in UTF-8 bytes of the canonical JSON of a value, without building the text.
 */
export function jsonBytes(value: unknown): number {
  switch (typeof value) {
    case "string":
      return jsonTextBytes(value);
    case "number":
      return isFinite(value) ? ("" + value).length : 4;
    case "boolean":
      return value ? 4 : 5;
    case "object": {
      if (value === null) return 4;
      let bytes = 1;
      if (isArray(value)) {
        for (let i = 0; i < value.length; i += 1) bytes += jsonBytes(value[i]) + 1;
        return value.length === 0 ? 2 : bytes;
      }
      const members = value as Record<string, unknown>;
      for (const key of keysOf(members)) {
        const member = members[key];
        if (member !== undefined) bytes += jsonTextBytes(key) + jsonBytes(member) + 2;
      }
      return bytes === 1 ? 2 : bytes;
    }
    default:
      return 4;
  }
}

/** The length in UTF-8 bytes of a string as JSON, its quotes included. */
export function jsonTextBytes(text: string): number {
  let bytes = text.length + 2;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (unit < 0x20) bytes += isShortEscape(unit) ? 1 : 5;
      else if (unit === 0x22 || unit === 0x5c) bytes += 1;
    } else if (unit < 0x800) {
      bytes += 1;
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes += 2;
    } else {
      const next = text.charCodeAt(i + 1);
      if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
        bytes += 2; // four bytes for two units
        i += 1;
      } else {
        bytes += 5; // a lone surrogate is written \udxxx
      }
    }
  }
  return bytes;
}

function isShortEscape(unit: number): boolean {
  return unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13;
}
