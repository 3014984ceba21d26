import type { Json } from "@mainspring/core";

/** A value that stands under these keys in what a schema describes: masked as it would be there. */
export function maskUnder(mask: (whole: Json) => Json, keys: readonly string[], value: Json): Json {
  let whole = value;
  for (const key of [...keys].reverse()) whole = { [key]: whole };
  let masked: Json | undefined = mask(whole);
  for (const key of keys) {
    if (typeof masked !== "object" || masked === null) return masked ?? null;
    masked = (masked as { readonly [key: string]: Json })[key];
  }
  return masked ?? null;
}
