/**
 * What the language has and this interpreter does not perform yet. Publishing refuses it; a program that has it all the
 * same ends its run as InterpreterCorruption.
 */
export const unsupportedSteps: { readonly stepTypes: readonly string[]; readonly fields: readonly string[] } = {
  stepTypes: ["human.task", "control.callWorkflow", "control.saga"],
  fields: ["action.call.compensate", "control.forEach.concurrency"],
};
