import { pointerToken } from "./pointer.ts";

/**
 * The pointer to the first object member that is given twice in a JSON text; undefined when there is none.
 * The text must be valid JSON. `JSON.parse` keeps the last of the two without a word.
 */
export function duplicateMember(text: string): string | undefined {
  const stack: Container[] = [];
  let at = 0;
  while (at < text.length) {
    switch (text.charCodeAt(at)) {
      case openBrace:
        stack.push({ members: new Set(), member: "", index: 0 });
        break;
      case openBracket:
        stack.push({ members: undefined, member: "", index: 0 });
        break;
      case closeBrace:
      case closeBracket:
        stack.pop();
        break;
      case comma: {
        const top = stack.at(-1);
        if (top !== undefined) top.index += 1;
        break;
      }
      case quote: {
        const end = endOfString(text, at);
        const top = stack.at(-1);
        if (top?.members !== undefined && nextSign(text, end) === colon) {
          const member = JSON.parse(text.slice(at, end)) as string;
          top.member = member;
          if (top.members.has(member)) return pointerOf(stack);
          top.members.add(member);
        }
        at = end;
        continue;
      }
      default:
    }
    at += 1;
  }
  return undefined;
}

interface Container {
  /** Undefined for an array. */
  readonly members: Set<string> | undefined;
  member: string;
  index: number;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at + 1;
}

function nextSign(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at);
}

function pointerOf(stack: readonly Container[]): string {
  return stack.map((one) => pointerToken(one.members === undefined ? one.index : one.member)).join("");
}
