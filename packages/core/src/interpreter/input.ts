import type { Json } from "../values/json.ts";
import type { Machine } from "./machine.ts";
import { takeSeq } from "./machine.ts";
import { inlineValueMaxBytes } from "./semantics.ts";
import type { ChildResult, InboundEvent, RestartOrigin, RunEvent, StartContext, ValueReference } from "./transition.ts";

/*
 * The `input` entries: what `start` and `resume` were given, with large values as the references that came with them.
 * `restoredEvent` is the way back, for the fold.
 */

export function startInput(
  m: Machine,
  payload: Json,
  context: StartContext,
  reference: ValueReference | undefined,
): void {
  m.journal.push({
    seq: takeSeq(m),
    at: m.now,
    kind: "input",
    data: stands(reference) ? { kind: "start", context, reference } : { kind: "start", context, payload },
  });
}

export function restartInput(m: Machine, context: StartContext, origin: RestartOrigin): void {
  m.journal.push({ seq: takeSeq(m), at: m.now, kind: "input", data: { kind: "restart", context, origin } });
}

export function resumeInput(m: Machine, event: RunEvent): void {
  m.journal.push({ seq: takeSeq(m), at: m.now, kind: "input", data: { kind: "resume", event: storedEvent(event) } });
}

/** An event as its entry holds it. A member of a value that is given by reference is absent. */
function storedEvent(event: RunEvent): Json {
  switch (event.kind) {
    case "actionSucceeded": {
      if (!stands(event.reference)) break;
      const { output: _, ...rest } = event;
      return rest as unknown as Json;
    }
    case "taskAnswered": {
      if (!stands(event.reference)) break;
      const { answer: _, ...rest } = event;
      return rest as unknown as Json;
    }
    case "childSucceeded": {
      if (!stands(event.reference)) break;
      const { result: _, ...rest } = event;
      return rest as unknown as Json;
    }
    case "eventArrived": {
      if (!stands(event.reference)) break;
      return { ...event, event: withoutPayload(event.event) } as unknown as Json;
    }
    case "waitOpened": {
      const { references } = event;
      if (references === undefined) break;
      const candidates = event.candidates.map((candidate) =>
        stands(references[candidate.id]) ? withoutPayload(candidate) : (candidate as unknown as Json),
      );
      return { ...event, candidates } as unknown as Json;
    }
    default:
      break;
  }
  return event as unknown as Json;
}

function withoutPayload(event: InboundEvent): Json {
  const { payload: _, ...rest } = event;
  return rest as unknown as Json;
}

/** The event that an `input` entry holds. @param resolve gives the value of a reference */
export function restoredEvent(stored: Json, resolve: (reference: ValueReference) => Json): RunEvent {
  const event = stored as unknown as RunEvent;
  switch (event.kind) {
    case "actionSucceeded":
      return stands(event.reference) ? { ...event, output: resolve(event.reference) } : event;
    case "taskAnswered":
      return stands(event.reference) ? { ...event, answer: resolve(event.reference) } : event;
    case "childSucceeded":
      return stands(event.reference) ? { ...event, result: resolve(event.reference) as unknown as ChildResult } : event;
    case "eventArrived":
      return stands(event.reference)
        ? { ...event, event: { ...event.event, payload: resolve(event.reference) } }
        : event;
    case "waitOpened": {
      const { references } = event;
      if (references === undefined) return event;
      return {
        ...event,
        candidates: event.candidates.map((candidate) => {
          const reference = references[candidate.id];
          return stands(reference) ? { ...candidate, payload: resolve(reference) } : candidate;
        }),
      };
    }
    default:
      return event;
  }
}

/** Whether a reference stands in the journal for its value: small values stand there themselves. */
function stands(reference: ValueReference | undefined): reference is ValueReference {
  return reference !== undefined && reference.bytes > inlineValueMaxBytes;
}
