export interface JsonToken {
  readonly kind: "key" | "string" | "literal" | "plain";
  readonly text: string;
}

const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The text of a JSON document in pieces; joined they are the text again. */
export function jsonTokens(text: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) tokens.push({ kind: "plain", text: text.slice(from, match.index) });
    const quoted = match[1];
    if (quoted === undefined) tokens.push({ kind: "literal", text: match[0] });
    else if (match[2] === undefined) tokens.push({ kind: "string", text: quoted });
    else tokens.push({ kind: "key", text: quoted }, { kind: "plain", text: match[2] });
    from = match.index + match[0].length;
  }
  if (from < text.length) tokens.push({ kind: "plain", text: text.slice(from) });
  return tokens;
}
