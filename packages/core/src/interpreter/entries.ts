import type { Json } from "../values/json.ts";
import { jsonBytes } from "../canonical/json-bytes.ts";
import type { Machine } from "./machine.ts";
import { takeSeq } from "./machine.ts";
import { inlineValueMaxBytes } from "./semantics.ts";
import type {
  CommandId,
  RunError,
  RunEvent,
  StepEntryData,
  StepPlace,
  StepStatus,
  ValueReference,
  WaitEntryData,
  WaitType,
} from "./transition.ts";

/** How the interpreter writes its journal: one function for each kind of entry. */
export function stepEntry(m: Machine, place: StepPlace, status: StepStatus, data?: StepEntryData): void {
  const { stepId, stepPath, iteration, execution } = place;
  const seq = takeSeq(m);
  m.journal.push(
    data === undefined
      ? { seq, at: m.now, kind: "step", stepId, stepPath, iteration, execution, status }
      : { seq, at: m.now, kind: "step", stepId, stepPath, iteration, execution, status, data },
  );
}

export function stepFailed(m: Machine, place: StepPlace, error: RunError): void {
  stepEntry(m, place, "FAILED", error.attempt === undefined ? { error } : { attempt: error.attempt, error });
}

export function waitEntry(
  m: Machine,
  place: StepPlace,
  waitId: CommandId,
  waitType: WaitType,
  status: "WAITING" | "RESOLVED" | "CANCELED",
  data: WaitEntryData,
): void {
  const { stepId, stepPath, iteration, execution } = place;
  m.journal.push({
    seq: takeSeq(m),
    at: m.now,
    kind: "wait",
    stepId,
    stepPath,
    iteration,
    execution,
    waitId,
    waitType,
    status,
    data,
  });
}

export function verdictEntry(
  m: Machine,
  eventId: string,
  verdict: "taken" | "ignored" | "kept",
  data?: { waitId?: CommandId; reason?: string },
): void {
  const seq = takeSeq(m);
  m.journal.push(
    data === undefined
      ? { seq, at: m.now, kind: "event", eventId, verdict }
      : { seq, at: m.now, kind: "event", eventId, verdict, data },
  );
}

export function lateEntry(m: Machine, event: RunEvent["kind"], id?: string): void {
  m.journal.push({ seq: takeSeq(m), at: m.now, kind: "late", data: id === undefined ? { event } : { event, id } });
}

/** A step's output as its entry holds it: itself up to 1 KiB, else its reference, where there is one. */
export function outputData(
  output: Json,
  reference: ValueReference | undefined,
): Pick<StepEntryData, "output" | "outputReference"> {
  if (jsonBytes(output) <= inlineValueMaxBytes) return { output };
  return reference === undefined ? {} : { outputReference: reference };
}

/** An event's payload as the entry of the wait that took it holds it, likewise. */
export function payloadData(
  payload: Json,
  reference: ValueReference | undefined,
): Pick<WaitEntryData, "payload" | "payloadReference"> {
  if (jsonBytes(payload) <= inlineValueMaxBytes) return { payload };
  return reference === undefined ? {} : { payloadReference: reference };
}
