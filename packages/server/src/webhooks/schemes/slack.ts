import { headerOf, isInWindow, memberOf, secondsIn, textMember } from "./scheme.ts";
import type { WebhookScheme } from "./scheme.ts";
import { hexSignature, isSigned, newTextSecret, textKeys } from "./signature.ts";

/** Slack: `X-Slack-Signature: v0=<hex>` over `v0:<X-Slack-Request-Timestamp>:<body>`. */
export const slack: WebhookScheme = {
  newSecret: newTextSecret,
  verify({ headers, body, nowMs }, secrets) {
    const given = headerOf(headers, "x-slack-signature");
    const timestamp = headerOf(headers, "x-slack-request-timestamp");
    if (given === undefined || timestamp === undefined) return "no-signature";
    const seconds = secondsIn(timestamp);
    if (seconds === undefined || !given.startsWith("v0=")) return "malformed";
    const signature = hexSignature(given.slice("v0=".length));
    if (!isSigned([`v0:${timestamp}:`, body], textKeys(secrets), [signature])) return "wrong-signature";
    return isInWindow(seconds, nowMs) ? undefined : "outside-window";
  },
  // Buttons and dialogs have JSON in one field; commands have their fields.
  jsonOfForm: (fields) => fields.get("payload"),
  answer: (_, body) =>
    textMember(body, "type") === "url_verification" ? { challenge: textMember(body, "challenge") ?? "" } : undefined,
  nameEvent(_, body) {
    const id = textMember(body, "event_id");
    const type = textMember(memberOf(body, "event"), "type");
    return { ...(id === undefined ? {} : { id }), ...(type === undefined ? {} : { name: `slack.${type}` }) };
  },
};
