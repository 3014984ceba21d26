import {
  instantFromMs,
  instantMs,
  jsonBytes,
  resume,
  type ActionError,
  type CommandId,
  type CommandOf,
  type Instant,
  type JournalEntry,
  type Json,
  type Program,
  type RunEvent,
  type RunState,
  type Transition,
  type ValueReference,
} from "@mainspring/core";
import { fuelSpent } from "../workflow/fuel-spent.ts";

export const segmentCallsMax = 50;
export const segmentMs = 2_000;
export const segmentResultBytes = 1024 * 1024;

type Call = CommandOf<"callAction">;

/** How a local call ended. `again`: it failed, and the author's policy may repeat it. */
export type LocalResult =
  | { readonly kind: "succeeded"; readonly output: Json; readonly attempt: number; readonly reference?: ValueReference }
  | { readonly kind: "failed"; readonly error: ActionError }
  | { readonly kind: "again"; readonly error: ActionError; readonly attemptsMade: number };

export interface Segment {
  readonly events: readonly RunEvent[];
  readonly entries: readonly JournalEntry[];
  readonly state: RunState;
  /** That its transitions used, without the one that it began with. */
  readonly fuel: number;
}

/**
 * Local calls as they come, those of several fibers side by side, until something else is commanded or a limit is met. The interpreter is
 * fed here, and fed the same events again in the sandbox: so forty local steps are one marker and one commit.
 * @param begun where the segment starts: a transition just made (its entries count), or a state with open local calls
 */
export async function runSegment(
  program: Program,
  begun: Transition,
  clock: { readonly now: Instant; readonly turn: number },
  /** `held`: the tenant is over its quota, and no call is made. */
  quota: "within" | "held",
  perform: (call: Call, signal: AbortSignal) => Promise<LocalResult>,
): Promise<Segment> {
  const startedMs = performance.now();
  const startMs = instantMs(clock.now) ?? 0;
  const now = (): Instant => instantFromMs(startMs + Math.floor(performance.now() - startedMs));
  const events: RunEvent[] = [];
  const entries: JournalEntry[] = [...begun.journal];
  const inFlight = new Map<
    CommandId,
    { readonly abort: AbortController; readonly result: Promise<readonly [CommandId, LocalResult]> }
  >();
  let state = begun.state;
  let fuel = 0;
  let calls = 0;
  let bytes = 0;
  let stopped = false;

  const hold: CommandId[] = [];

  const take = (transition: Transition): void => {
    fuel += fuelSpent(state, transition.state);
    state = transition.state;
    for (const command of transition.commands) {
      if (quota === "held") {
        if (command.kind === "callAction" && command.facts.execution === "local" && command.handedBack !== true)
          hold.push(command.id);
      } else if (command.kind === "callAction" && command.facts.execution === "local" && command.handedBack !== true) {
        if (calls >= segmentCallsMax) {
          stopped = true;
          continue;
        }
        calls++;
        const abort = new AbortController();
        inFlight.set(command.id, {
          abort,
          result: perform(command, abort.signal).then((result) => [command.id, result] as const),
        });
      } else if (command.kind === "cancelAction" && inFlight.has(command.id)) {
        inFlight.get(command.id)?.abort.abort();
        inFlight.delete(command.id);
      } else {
        stopped = true;
      }
    }
  };

  take({ ...begun, journal: [] });
  for (let id = hold.shift(); id !== undefined; id = hold.shift()) {
    const event: RunEvent = { kind: "actionHeld", id, now: now(), turn: clock.turn };
    events.push(event);
    const transition = resume(program, state, event);
    for (const entry of transition.journal) entries.push(entry);
    take(transition);
  }
  while (inFlight.size > 0 && !stopped) {
    const [id, result] = await Promise.race([...inFlight.values()].map((call) => call.result));
    if (!inFlight.delete(id)) continue;
    const event = eventOf(id, result, now(), clock.turn);
    events.push(event);
    if (result.kind === "succeeded") bytes += jsonBytes(result.output);
    const transition = resume(program, state, event);
    for (const entry of transition.journal) entries.push(entry);
    take(transition);
    if (performance.now() - startedMs > segmentMs || bytes > segmentResultBytes) stopped = true;
  }
  // Called again by the next segment: they have no effect.
  for (const { abort, result } of inFlight.values()) {
    result.catch(() => undefined);
    abort.abort();
  }
  return { events, entries, state, fuel };
}

function eventOf(id: CommandId, result: LocalResult, now: Instant, turn: number): RunEvent {
  switch (result.kind) {
    case "succeeded":
      return {
        kind: "actionSucceeded",
        id,
        output: result.output,
        attempt: result.attempt,
        now,
        turn,
        ...(result.reference === undefined ? {} : { reference: result.reference }),
      };
    case "failed":
      return { kind: "actionFailed", id, error: result.error, now, turn };
    case "again":
      return { kind: "actionHandedBack", id, attemptsMade: result.attemptsMade, error: result.error, now, turn };
  }
}
