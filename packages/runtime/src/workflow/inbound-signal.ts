import type { InboundEvent, Instant, Json } from "@mainspring/core";

/**
 * What an event signal brought, made whole. Whoever can reach Temporal can signal anything: what is missing or of a wrong type gets a harmless
 * value, matches no wait, and is journalled like any foreign event.
 * @param number by which a signal without an id is named
 */
export function inboundEvent(signal: unknown, number: number, now: Instant): InboundEvent {
  const given = (typeof signal === "object" && signal !== null ? signal : {}) as { readonly [name: string]: unknown };
  const text = (name: string, otherwise: string): string => (typeof given[name] === "string" ? given[name] : otherwise);
  return {
    id: text("id", `signal-${number}`),
    name: text("name", ""),
    source: text("source", "signal"),
    payload: (given["payload"] ?? null) as Json,
    correlationKey:
      typeof given["correlationKey"] === "number" ? String(given["correlationKey"]) : text("correlationKey", ""),
    receivedAt: text("receivedAt", now),
    ...(given["inbox"] === true ? { inbox: true } : {}),
  };
}
