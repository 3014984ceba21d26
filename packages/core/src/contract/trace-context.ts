// Where a piece of work stands in a trace, as W3C's Trace Context spells it: https://www.w3.org/TR/trace-context/

/** The header of requests and calls, of Temporal's workflows and activities, and the column of the outbox. */
export const traceparentName = "traceparent";

export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Of the span that is the parent of whatever comes next: 16 hexadecimal digits. */
  readonly spanId: string;
  /** Whether it is recorded; carried on in any case. */
  readonly sampled: boolean;
}

/** Undefined for what is no `traceparent`: a trace that cannot be read is begun anew. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  const [, version, traceId = "", spanId = "", flags = ""] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(text ?? "") ?? [];
  if (version === undefined || version === "ff" || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function traceparentOf({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}

/**
 * The id of a span that several may have to name without asking each other, such as the one of a run's workflow: 16 hexadecimal digits, the
 * same for the same text. Two FNV-1a sums; it protects nothing.
 */
export function spanIdOf(text: string): string {
  const half = (seed: number): string => {
    let sum = seed;
    for (let i = 0; i < text.length; i += 1) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
    return (sum >>> 0).toString(16).padStart(8, "0");
  };
  const id = half(0x811c9dc5) + half(0x9747b28c);
  return /^0+$/.test(id) ? "0000000000000001" : id;
}
