/** Programs kept by a worker's thread: enough for the workflows that are busy at one time. */
const keptPrograms = 200;

const programs = new Map<string, object>();

/** The one frozen object of a program, shared by all runs; parsed at most once while it is kept. */
export function sharedProgram(programHash: string, read: () => object): object {
  const known = programs.get(programHash);
  if (known !== undefined) {
    programs.delete(programHash); // moves to the young end
    programs.set(programHash, known);
    return known;
  }
  const program = deepFrozen(read());
  programs.set(programHash, program);
  if (programs.size > keptPrograms) {
    const oldest = programs.keys().next();
    if (oldest.done !== true) programs.delete(oldest.value);
  }
  return program;
}

function deepFrozen<T extends object>(value: T): T {
  for (const key of keysOf(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === "object" && member !== null) deepFrozen(member);
  }
  return freeze(value);
}

const keysOf = Object.keys;
const freeze = Object.freeze;
