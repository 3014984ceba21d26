import { randomBytes } from "node:crypto";
import { headerOf, isInWindow, secondsIn, textMember } from "./scheme.ts";
import type { WebhookScheme } from "./scheme.ts";
import { base64Bytes, isSigned } from "./signature.ts";

const prefix = "whsec_";
const newSecretBytes = 24;

/**
 * Standard Webhooks, symmetric: `webhook-signature: v1,<base64> v1,<base64>` over `<webhook-id>.<webhook-timestamp>.<body>`.
 * The specification's own library is what the tests compare with; it takes one secret at a time and the body as text.
 * @see docs/decisions/0097-signatures-over-bytes.md
 */
export const standard: WebhookScheme = {
  secretProblem: (secret) =>
    keyOf(secret) === undefined ? `expected base64, with or without ${prefix} before it` : undefined,
  newSecret: () => prefix + randomBytes(newSecretBytes).toString("base64"),
  verify({ headers, body, nowMs }, secrets) {
    const id = headerOf(headers, "webhook-id");
    const timestamp = headerOf(headers, "webhook-timestamp");
    const given = headerOf(headers, "webhook-signature");
    if (given === undefined || id === undefined || timestamp === undefined) return "no-signature";
    const seconds = secondsIn(timestamp);
    // Signatures of other kinds, such as the asymmetric `v1a`, may stand beside ours.
    const signatures = given.split(" ").flatMap((one) => (one.startsWith("v1,") ? [base64Bytes(one.slice(3))] : []));
    if (seconds === undefined || signatures.length === 0) return "malformed";
    const keys = secrets.flatMap((secret) => keyOf(secret) ?? []);
    if (!isSigned([`${id}.${timestamp}.`, body], keys, signatures)) return "wrong-signature";
    return isInWindow(seconds, nowMs) ? undefined : "outside-window";
  },
  nameEvent(headers, body) {
    const id = headerOf(headers, "webhook-id");
    const name = textMember(body, "type");
    return { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) };
  },
};

function keyOf(secret: string): Buffer | undefined {
  return base64Bytes(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret);
}
