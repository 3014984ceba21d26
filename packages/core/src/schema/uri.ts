import { isDigit, isHexDigit, isLetter } from "./formats.ts";

/** RFC 3986 `URI`: a scheme, and characters that may stand where they stand. */
export function isUri(text: string): boolean {
  const colon = text.indexOf(":");
  if (colon < 1 || !isScheme(text, colon)) return false;
  const hash = text.indexOf("#");
  const end = hash < 0 ? text.length : hash;
  if (hash >= 0 && !areChars(text, hash + 1, text.length, "/?")) return false;
  const mark = text.indexOf("?");
  const pathEnd = mark < 0 || mark > end ? end : mark;
  if (pathEnd < end && !areChars(text, pathEnd + 1, end, "/?")) return false;
  if (text.charAt(colon + 1) !== "/" || text.charAt(colon + 2) !== "/") return areChars(text, colon + 1, pathEnd, "/");
  const slash = text.indexOf("/", colon + 3);
  const authorityEnd = slash < 0 || slash > pathEnd ? pathEnd : slash;
  return isAuthority(text, colon + 3, authorityEnd) && areChars(text, authorityEnd, pathEnd, "/");
}

function isScheme(text: string, end: number): boolean {
  if (!isLetter(text, 0)) return false;
  for (let i = 1; i < end; i += 1)
    if (!isLetter(text, i) && !isDigit(text, i) && !"+-.".includes(text.charAt(i))) return false;
  return true;
}

/** `[user@]host[:port]` */
function isAuthority(text: string, from: number, end: number): boolean {
  const at = text.lastIndexOf("@", end - 1);
  const host = at >= from ? at + 1 : from;
  if (host > from && (!areChars(text, from, host - 1, "") || text.slice(from, host - 1).includes("@"))) return false;
  let hostEnd = end;
  if (text.charAt(host) === "[") {
    const close = text.indexOf("]", host);
    if (close < 0 || close >= end || !isIpLiteral(text.slice(host + 1, close))) return false;
    hostEnd = close + 1;
    if (hostEnd < end && text.charAt(hostEnd) !== ":") return false;
  } else {
    const colon = text.indexOf(":", host);
    if (colon >= 0 && colon < end) hostEnd = colon;
    if (!areChars(text, host, hostEnd, "") || text.slice(host, hostEnd).includes("@")) return false;
  }
  for (let i = hostEnd + 1; i < end; i += 1) if (!isDigit(text, i)) return false;
  return true;
}

/** The inside of the brackets of an address: IPv6, or a future version `v1.x`. */
export function isIpLiteral(text: string): boolean {
  if (text.charAt(0) === "v" || text.charAt(0) === "V") {
    const dot = text.indexOf(".");
    return dot > 1 && dot < text.length - 1 && isHex(text.slice(1, dot)) && areChars(text, dot + 1, text.length, "");
  }
  return isIpv6(text);
}

export function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (let half = 0; half < halves.length; half += 1) {
    const part = halves[half] as string;
    if (part === "") continue;
    const pieces = part.split(":");
    for (let i = 0; i < pieces.length; i += 1) {
      const piece = pieces[i] as string;
      const isLast = half === halves.length - 1 && i === pieces.length - 1;
      if (isLast && piece.includes(".")) {
        if (!isIpv4(piece)) return false;
        groups += 2;
      } else {
        if (piece === "" || piece.length > 4 || !isHex(piece)) return false;
        groups += 1;
      }
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

export function isIpv4(text: string): boolean {
  const parts = text.split(".");
  if (parts.length !== 4) return false;
  return parts.every((part) => {
    if (part === "" || part.length > 3 || (part.length > 1 && part.charAt(0) === "0")) return false;
    for (let i = 0; i < part.length; i += 1) if (!isDigit(part, i)) return false;
    return +part <= 255;
  });
}

function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (!isHexDigit(text, i)) return false;
  return text !== "";
}

/** Whether a part of the text is made of `pchar`s, percent-encoded bytes, and `others`. */
function areChars(text: string, from: number, end: number, others: string): boolean {
  for (let i = from; i < end; i += 1) {
    const letter = text.charAt(i);
    if (letter === "%") {
      if (i + 2 >= end || !isHexDigit(text, i + 1) || !isHexDigit(text, i + 2)) return false;
      i += 2;
    } else if (
      !isLetter(text, i) &&
      !isDigit(text, i) &&
      !"-._~!$&'()*+,;=:@".includes(letter) &&
      !others.includes(letter)
    ) {
      return false;
    }
  }
  return true;
}
