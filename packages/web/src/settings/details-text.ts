import { isJsonObject, type ReadonlyJson } from "@mainspring/core";

const textMax = 90;
const hashStart = 12;

/**
 * What an audit entry says besides, in a line: `role viewer · name an old one`.
 * @returns undefined: there is nothing, or it is too much for a line
 */
export function detailsText(details: ReadonlyJson): string | undefined {
  if (!isJsonObject(details)) return undefined;
  const parts: string[] = [];
  for (const [name, value] of Object.entries(details)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    const texts = (Array.isArray(value) ? value : [value]).map(plainText);
    if (texts.includes(undefined)) return undefined;
    parts.push(`${readable(name)} ${texts.join(", ")}`);
  }
  const text = parts.join(" · ");
  return text === "" || text.length > textMax * 2 ? undefined : text;
}

export function hasDetails(details: ReadonlyJson): boolean {
  return details !== null && !(isJsonObject(details) && Object.keys(details).length === 0);
}

/** `definitionHash` as words. */
function readable(name: string): string {
  return name.replaceAll(
    /([a-z0-9])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}

function plainText(value: ReadonlyJson): string | undefined {
  if (typeof value === "string") return shortened(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** Ids by their end, as everywhere; hashes by their beginning. */
function shortened(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return `#${text.slice(-6)}`;
  if (/^[0-9a-f]{64}$/.test(text)) return text.slice(0, hashStart);
  return text;
}
