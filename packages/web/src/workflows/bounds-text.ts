import { isJsonObject, type ReadonlyJson } from "@mainspring/core";

/** What a run of a definition is bounded by, in a sentence or two; what repeats without a literal bound is named. */
export function boundsText(bounds: ReadonlyJson | undefined): string {
  if (bounds === undefined || !isJsonObject(bounds)) return "";
  const named = [
    [bounds["historyEvents"], "history event", "history events"],
    [bounds["timers"], "timer", "timers"],
    [bounds["fanOut"], "thing at once", "things at once"],
  ] as const;
  const bounded = named.flatMap(([count, one, many]) =>
    typeof count === "number" && count > 0 ? [`${count.toLocaleString("en")} ${count === 1 ? one : many}`] : [],
  );
  const open = named.flatMap(([count, , many]) => (count === null ? [many] : []));
  const unbounded = Array.isArray(bounds["unbounded"])
    ? bounds["unbounded"].flatMap((id) => (typeof id === "string" ? [`\`${id}\``] : []))
    : [];
  return [
    ...(bounded.length === 0 ? [] : [`A run takes at most ${listed(bounded)}.`]),
    ...(open.length === 0
      ? []
      : [
          `No bound is known for ${listed(open)}${
            unbounded.length === 0 ? "" : `, since the values decide how often ${listed(unbounded)} repeats`
          }.`,
        ]),
  ].join(" ");
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}
