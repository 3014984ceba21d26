import { headerOf, isInWindow, secondsIn, textMember } from "./scheme.ts";
import type { WebhookScheme } from "./scheme.ts";
import { hexSignature, isSigned, newTextSecret, textKeys } from "./signature.ts";

/** Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>,v1=<hex>`, in any order, over `<t>.<body>`. */
export const stripe: WebhookScheme = {
  newSecret: () => `whsec_${newTextSecret()}`,
  verify({ headers, body, nowMs }, secrets) {
    const given = headerOf(headers, "stripe-signature");
    if (given === undefined) return "no-signature";
    const { times, signatures } = readSignatureHeader(given);
    const [time] = times;
    const seconds = secondsIn(time);
    // Two different times leave open which was signed.
    if (time === undefined || seconds === undefined || new Set(times).size !== 1 || signatures.length === 0)
      return "malformed";
    if (!isSigned([`${time}.`, body], textKeys(secrets), signatures.map(hexSignature))) return "wrong-signature";
    return isInWindow(seconds, nowMs) ? undefined : "outside-window";
  },
  nameEvent(_, body) {
    const id = textMember(body, "id");
    const type = textMember(body, "type");
    return { ...(id === undefined ? {} : { id }), ...(type === undefined ? {} : { name: `stripe.${type}` }) };
  },
};

/** Parts of other kinds, such as `v0`, count for nothing. */
export function readSignatureHeader(text: string): {
  readonly times: readonly string[];
  readonly signatures: readonly string[];
} {
  const times: string[] = [];
  const signatures: string[] = [];
  for (const part of text.split(",")) {
    const at = part.indexOf("=");
    const name = part.slice(0, Math.max(at, 0)).trim();
    const value = part.slice(at + 1).trim();
    if (name === "t") times.push(value);
    else if (name === "v1") signatures.push(value);
  }
  return { times, signatures };
}
