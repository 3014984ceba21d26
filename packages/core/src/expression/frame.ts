import type { Value } from "./value.ts";

/** The variables of a block or of a call of a function, over those around it. */
export interface Frame {
  names: readonly string[];
  values: Value[];
  readonly parent: Frame | undefined;
  /** What a tail call in the function's body takes as its context. */
  readonly tailContext: Value;
}

export const noNames: readonly string[] = [];

export function newFrame(parent: Frame | undefined): Frame {
  return { names: noNames, values: [], parent, tailContext: parent === undefined ? null : parent.tailContext };
}

export function lookUp(frame: Frame, name: string): Value {
  for (let at: Frame | undefined = frame; at !== undefined; at = at.parent) {
    const names = at.names;
    for (let i = names.length - 1; i >= 0; i -= 1) {
      if (names[i] === name) return at.values[i];
    }
  }
  return undefined;
}

export function bind(frame: Frame, name: string, value: Value): void {
  for (let i = 0; i < frame.names.length; i += 1) {
    if (frame.names[i] === name) {
      frame.values[i] = value;
      return;
    }
  }
  // The names of a function's parameters belong to the program: never push to them.
  frame.names = [...frame.names, name];
  frame.values.push(value);
}
