import type { Json } from "../values/json.ts";
import { metaOf } from "./machine.ts";
import type { RunState } from "./run-state.ts";
import type { ChildResult, Instant } from "./transition.ts";

/** What a run that succeeded leaves the run that called it, apart from its id. @param now when it ended */
export function childReturnOf(state: RunState, output: Json, now: Instant): Omit<ChildResult, "runId"> {
  const meta = metaOf(state.system, now, state.semantics);
  return { output, payload: state.payload, vars: state.vars, local: {}, meta, system: meta };
}
