import { lateEntry, verdictEntry } from "./entries.ts";
import type { Machine } from "./machine.ts";
import { openCommand, replaceOpen } from "./machine.ts";
import { weigh } from "./size.ts";
import { endByTimeout, takeEvent, waitsFor } from "./steps/event-wait.ts";
import type { InboundEvent, OpenCommand, RunEvent, ValueReference } from "./transition.ts";
import type { Json } from "../values/json.ts";

type WaitOpened = Extract<RunEvent, { kind: "waitOpened" }>;

/** Offers an event to the open waits in the order of their opening. Every event ends in one verdict. */
export function eventArrived(m: Machine, event: InboundEvent, reference: ValueReference | undefined): void {
  if (wasTaken(m, event.id) || m.kept.some((kept) => kept.id === event.id)) {
    // Repeated: what became of it the first time stands.
    lateEntry(m, "eventArrived", event.id);
    return;
  }
  for (let i = 0; i < m.open.length; i += 1) {
    const open = m.open[i] as OpenCommand;
    if (open.command.kind === "openWait" && waitsFor(open.command, event)) {
      takeEvent(m, open, event, reference);
      return;
    }
  }
  if (event.inbox === true) verdictEntry(m, event.id, "ignored", { reason: "no-open-wait" });
  else keep(m, event);
}

/** Keeps an event that no inbox row stands behind for a later wait, as far as there is room. */
function keep(m: Machine, event: InboundEvent): void {
  let bytes = weigh(m, event as unknown as Json);
  const added = bytes;
  for (let i = 0; i < m.kept.length; i += 1) bytes += weigh(m, m.kept[i] as unknown as Json);
  if (m.kept.length >= m.behaviour.keptEventsMax || bytes > m.behaviour.keptBytesMax) {
    verdictEntry(m, event.id, "ignored", { reason: "too-many-kept" });
    return;
  }
  m.bytesBound += added;
  m.kept = [...m.kept, event];
  verdictEntry(m, event.id, "kept");
}

/** A wait has been opened, and these events had come before. It takes the first that it waits for. */
export function waitOpened(m: Machine, event: WaitOpened): void {
  const open = openCommand(m, event.id);
  const isOpen = open !== undefined && open.command.kind === "openWait";
  if (!isOpen) lateEntry(m, "waitOpened", event.id);
  let waiting = isOpen;
  for (let i = 0; i < event.candidates.length; i += 1) {
    const candidate = event.candidates[i] as InboundEvent;
    if (wasTaken(m, candidate.id)) continue;
    if (waiting && isOpen && open.command.kind === "openWait" && waitsFor(open.command, candidate)) {
      waiting = false;
      takeEvent(m, open, candidate, event.references?.[candidate.id]);
    } else verdictEntry(m, candidate.id, "ignored", { reason: isOpen ? "not-needed" : "wait-closed" });
  }
  if (!waiting || !isOpen) return;
  const opened: OpenCommand = { ...open, opened: true };
  replaceOpen(m, open, opened);
  if (open.due === true) endByTimeout(m, opened);
}

function wasTaken(m: Machine, eventId: string): boolean {
  return m.taken.includes(eventId);
}
