/** How an event's correlation key was found, for people; names in backquotes are code. */
export function correlationText(how: string | null): string {
  if (how === null) return "none, so no waiting run was looked for";
  if (how === "explicit") return "given with the event";
  if (how.startsWith("payload.")) return `from \`${how}\``;
  const [, kind, of = "", path = ""] = /^(path|type) (.+?): (.+)$/.exec(how) ?? [];
  if (kind === undefined) return how;
  const whom = of === "*" ? "all events" : of;
  return kind === "path"
    ? `from \`${path}\`, configured for ${whom}`
    : `from \`${path}\`, by the event type ${of === "*" ? "for all events" : of}`;
}
