/** Step types, and fields as `<step type>.<field>`, that somebody does not perform yet. */
export interface Unsupported {
  readonly stepTypes: readonly string[];
  readonly fields: readonly string[];
}

/**
 * What the language has and this interpreter does not perform: a program that has it all the same ends its run as
 * InterpreterCorruption.
 */
export const unperformedSteps: Unsupported = {
  stepTypes: [],
  fields: [],
};

/** What the deployed shell does not perform, of the interpreter's commands too; publishing refuses it. */
export const unsupportedSteps: Unsupported = {
  stepTypes: [],
  fields: [],
};
