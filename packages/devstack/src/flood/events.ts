// What floods in: events of every kind, each of which comes to an end that is known beforehand.
import type { Chance } from "../faults/chance.ts";

/** What must become of an event. */
export type Fate = "taken" | "started" | "filtered" | "no-trigger" | "correlation-missing" | "dead";

export type FloodEvent = {
  id: string;
  tenant: number;
  fate: Fate;
  name: string;
  payload: Record<string, string | number | boolean>;
  correlationKey?: string;
};

export type Mix = { events: number; tenants: number; parked: number; starts: number; chance: Chance };

/** In thousandths, of what is neither taken nor starts a run. */
const deadShare = 4;
const keylessShare = 100;
const filteredShare = 200;

/** @param mix.parked events that each resume a run, and `mix.starts` that each start one, over all tenants */
export function floodEvents({ events, tenants, parked, starts, chance }: Mix): FloodEvent[] {
  return Array.from({ length: events }, (_, n) => {
    const common = { id: `flood-${chance.seed}-${n}`, tenant: n % tenants, payload: { n } };
    const key = `key-${n}`;
    if (n < parked) return { ...common, fate: "taken", name: "flood.go", correlationKey: key };
    if (n < parked + starts)
      return { ...common, fate: "started", name: "flood.start", correlationKey: key, payload: { n, start: true } };
    const die = chance.between(1, 1_000);
    if (die <= deadShare) return { ...common, fate: "dead", name: "flood.start", correlationKey: key };
    if (die <= deadShare + keylessShare) return { ...common, fate: "correlation-missing", name: "flood.keyless" };
    if (die <= deadShare + keylessShare + filteredShare)
      return { ...common, fate: "filtered", name: "flood.start", correlationKey: key, payload: { n, start: false } };
    return { ...common, fate: "no-trigger", name: "flood.nobody", correlationKey: key };
  });
}

/** One run waits for each event that is to be taken. */
export const waitsForOne = {
  workflow: "flood-parked",
  name: "Parked",
  semantics: 2,
  payload: { type: "object", required: ["key"], properties: { key: { type: "string" } } },
  steps: [
    {
      id: "go",
      type: "event.wait",
      event: "flood.go",
      correlationKey: { $expr: "payload.key" },
      timeoutMs: 3_600_000,
      saveAs: "went",
    },
    { id: "done", type: "control.return", output: { $expr: "vars.went.n" } },
  ],
};

export const startsByEvent = {
  workflow: "flood-started",
  name: "Started",
  semantics: 2,
  payload: { type: "object", required: ["n"], properties: { n: { type: "integer" } } },
  triggers: [
    {
      id: "start",
      event: "flood.start",
      when: { $expr: "event.payload.start" },
      payload: { n: { $expr: "event.payload.n" } },
    },
  ],
  steps: [{ id: "done", type: "control.return", output: { $expr: "payload.n" } }],
};
