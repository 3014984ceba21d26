import { isDigit, isLetter } from "./formats.ts";
import { isIpv4, isIpv6 } from "./uri.ts";

/** RFC 5321 `Mailbox`: a local part, plain or in quotes, and a domain or an address in brackets. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64 + 256) return false;
  return isLocalPart(text.slice(0, at)) && isDomain(text.slice(at + 1));
}

function isLocalPart(text: string): boolean {
  if (text.charAt(0) === '"') return isQuoted(text);
  return text.split(".").every((atom) => {
    for (let i = 0; i < atom.length; i += 1) {
      if (!isLetter(atom, i) && !isDigit(atom, i) && !"!#$%&'*+-/=?^_`{|}~".includes(atom.charAt(i))) return false;
    }
    return atom !== "";
  });
}

function isQuoted(text: string): boolean {
  if (text.length < 2 || text.charAt(text.length - 1) !== '"') return false;
  for (let i = 1; i < text.length - 1; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 32 || unit > 126 || unit === 34) return false;
    if (unit !== 92) continue;
    i += 1;
    if (i >= text.length - 1) return false;
  }
  return true;
}

function isDomain(text: string): boolean {
  if (text.charAt(0) === "[") {
    if (text.charAt(text.length - 1) !== "]") return false;
    const address = text.slice(1, -1);
    return address.slice(0, 5) === "IPv6:" ? isIpv6(address.slice(5)) : isIpv4(address);
  }
  if (text.length > 255) return false;
  return text.split(".").every((label) => {
    if (label === "" || label.length > 63 || label.charAt(0) === "-" || label.charAt(label.length - 1) === "-")
      return false;
    for (let i = 0; i < label.length; i += 1)
      if (!isLetter(label, i) && !isDigit(label, i) && label.charAt(i) !== "-") return false;
    return true;
  });
}
