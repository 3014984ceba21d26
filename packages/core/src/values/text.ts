/**
 * Whether Postgres and UTF-8 can hold `text` unchanged: it has no NUL and no lone surrogate.
 */
export function textIsStorable(text: string): boolean {
  return unstorableAt(text) < 0;
}

/** `text` with every NUL and lone surrogate replaced by U+FFFD, for what is taken from others. */
export function storableText(text: string): string {
  let from = 0;
  let out = "";
  for (let at = unstorableAt(text); at >= 0; at = unstorableAt(text, at + 1)) {
    out += text.slice(from, at) + "\uFFFD";
    from = at + 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** The index of the first NUL or lone surrogate at or after `from`, or -1. */
function unstorableAt(text: string, from = 0): number {
  for (let i = from; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit === 0) return i;
    if (unit < 0xd800 || unit > 0xdfff) continue;
    if (unit > 0xdbff) return i;
    const next = text.charCodeAt(i + 1);
    if (!(next >= 0xdc00 && next <= 0xdfff)) return i;
    i += 1;
  }
  return -1;
}
