/** A signal that is aborted when a time has passed or an outer signal is aborted, whichever comes first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Why the signal was aborted; undefined while it is not. */
  readonly ended: () => "expired" | "aborted" | undefined;
  /** Must be called when the work is over: takes the timer and the listener away. */
  readonly clear: () => void;
}

// Node's timers overflow at 2^31 ms (24.8 days) and then fire at once.
const timerMaxMs = 2 ** 31 - 1;

/** @param timeoutMs undefined: no time limit of its own; zero or less: already over */
export function startDeadline(outer: AbortSignal | undefined, timeoutMs: number | undefined): Deadline {
  const controller = new AbortController();
  let ended: "expired" | "aborted" | undefined;
  const end = (how: "expired" | "aborted", reason?: unknown) => {
    if (ended !== undefined) return;
    ended = how;
    controller.abort(reason);
  };
  const onAbort = () => end("aborted", outer?.reason);
  const expire = () => end("expired", new DOMException("the deadline has passed", "TimeoutError"));

  let timer: NodeJS.Timeout | undefined;
  if (outer?.aborted === true) onAbort();
  else if (timeoutMs !== undefined && timeoutMs <= 0) expire();
  else {
    outer?.addEventListener("abort", onAbort, { once: true });
    if (timeoutMs !== undefined) timer = setTimeout(expire, Math.min(timeoutMs, timerMaxMs));
  }
  return {
    signal: controller.signal,
    ended: () => ended,
    clear: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", onAbort);
    },
  };
}
