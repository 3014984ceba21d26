import { headerOf, textMember } from "./scheme.ts";
import type { WebhookScheme } from "./scheme.ts";
import { hexSignature, isSigned, newTextSecret, textKeys } from "./signature.ts";

/** GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body. It signs no time; a delivery's id is what a repetition is known by. */
export const github: WebhookScheme = {
  newSecret: newTextSecret,
  verify({ headers, body }, secrets) {
    const given = headerOf(headers, "x-hub-signature-256");
    if (given === undefined) return "no-signature";
    if (!given.startsWith("sha256=")) return "malformed";
    const signature = hexSignature(given.slice("sha256=".length));
    return isSigned([body], textKeys(secrets), [signature]) ? undefined : "wrong-signature";
  },
  jsonOfForm: (fields) => fields.get("payload") ?? "",
  answer: (headers) => (headerOf(headers, "x-github-event") === "ping" ? { pong: true } : undefined),
  nameEvent(headers, body) {
    const id = headerOf(headers, "x-github-delivery");
    const event = headerOf(headers, "x-github-event");
    const action = textMember(body, "action");
    return {
      ...(id === undefined ? {} : { id }),
      ...(event === undefined || event === ""
        ? {}
        : { name: `github.${event}${action === undefined ? "" : `.${action}`}` }),
    };
  },
};
