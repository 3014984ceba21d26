import type { Colour, Paint } from "./paint.ts";
import type { Cell } from "./table.ts";

interface Appearance {
  readonly sign: string;
  readonly colour: Colour;
}

/** Statuses of runs, steps, waits, tasks, invocations and events. */
const appearances: { readonly [status: string]: Appearance } = {
  QUEUED: { sign: "◌", colour: "dim" },
  RUNNING: { sign: "●", colour: "blue" },
  STARTED: { sign: "●", colour: "blue" },
  RETRYING: { sign: "↻", colour: "yellow" },
  WAITING: { sign: "…", colour: "yellow" },
  PAUSED: { sign: "‖", colour: "yellow" },
  SUCCEEDED: { sign: "✓", colour: "green" },
  RESOLVED: { sign: "✓", colour: "green" },
  FAILED: { sign: "✗", colour: "red" },
  UNKNOWN: { sign: "?", colour: "red" },
  CANCELED: { sign: "–", colour: "dim" },
  OPEN: { sign: "○", colour: "yellow" },
  CLAIMED: { sign: "●", colour: "blue" },
  COMPLETED: { sign: "✓", colour: "green" },
  EXPIRED: { sign: "✗", colour: "red" },
  SKIPPED: { sign: "–", colour: "dim" },
  pending: { sign: "◌", colour: "dim" },
  processing: { sign: "●", colour: "blue" },
  completed: { sign: "✓", colour: "green" },
  failed: { sign: "↻", colour: "yellow" },
  active: { sign: "●", colour: "green" },
  paused: { sign: "‖", colour: "yellow" },
  disabled: { sign: "–", colour: "dim" },
  dead: { sign: "✗", colour: "red" },
};

/** A status as symbol and word, so that it can be read without colour. */
export function statusText(status: string, paint: Paint): string {
  const { sign, colour } = appearanceOf(status);
  return paint(colour, `${sign} ${status}`);
}

export function statusCell(status: string, paint: Paint): Cell {
  const { sign, colour } = appearanceOf(status);
  return { text: `${sign} ${status}`, paint: (text) => paint(colour, text) };
}

export function statusSign(status: string, paint: Paint): string {
  const { sign, colour } = appearanceOf(status);
  return paint(colour, sign);
}

function appearanceOf(status: string): Appearance {
  return (Object.hasOwn(appearances, status) ? appearances[status] : undefined) ?? { sign: "·", colour: "dim" };
}
