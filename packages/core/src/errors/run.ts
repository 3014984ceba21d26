import type { ErrorCatalogue } from "./catalogue.ts";

/** What a run can end in, or catch, beside the codes of actions, expressions and authors. */
export const runErrors = {
  CANCELED: {
    title: "Cancelled",
    explanation:
      "Somebody asked for the run to be cancelled. It cannot be caught; finally blocks and undoing steps run.",
    remedy: "Nothing; replay the run if it was a mistake.",
  },
  LOOP_BUDGET: {
    title: "Too much work without anything happening outside",
    explanation:
      "The run computed through 200 full budgets of an activation without any action, timer or event. It is ended so that others are not kept waiting; this cannot be caught.",
    remedy: "Look for a loop over too many items or one that does not end; let an action do heavy work.",
  },
  HISTORY_BUDGET: {
    title: "History of the execution is full",
    explanation:
      "The execution came to 40,000 history events without a moment at which nothing was in flight, at which it could have continued in a new one. This cannot be caught.",
    remedy: "Lower the number of things that run side by side, or move a part into a workflow of its own.",
  },
  STATE_TOO_LARGE: {
    title: "State of the run is too large",
    explanation: "Payload, variables and business state together may have at most 4 MiB as JSON.",
    remedy: "Keep large data elsewhere, for example with data.put, and keep only its key.",
  },
  INTERPRETER_CORRUPTION: {
    title: "The run's state cannot be resolved",
    explanation:
      "The state names a place that the program does not have. This is a defect of ours or a mixture of versions, never an author's mistake; the run ends at once.",
    remedy: "Report it with the export of the run (mainspring runs export).",
  },
  EXPR_NO_VALUE: {
    title: "Nothing where a value is needed",
    explanation: "The expression of a correlation key, time, duration or limit found nothing, or null.",
    remedy: "Look at the data that the expression reads; use ?? to give a value for the case that it is not there.",
  },
  CONDITION_NOT_BOOLEAN: {
    title: "Condition is neither true nor false",
    explanation:
      'A condition is true or false; nothing and null count as false. Anything else is an error, so that text such as "false" cannot pass for true.',
    remedy: "Compare the value, or use $boolean(..).",
  },
  TOO_MANY_ITEMS: {
    title: "More items than maxItems",
    explanation: "control.forEach takes at most maxItems items, 10,000 when left out. No item was begun.",
    remedy: "Raise maxItems, or work on fewer items.",
  },
  MAX_ITERATIONS: {
    title: "The loop did not end",
    explanation: "The condition of control.while was still true after maxIterations turns.",
    remedy: "Look at what the condition waits for, or raise maxIterations.",
  },
  QUORUM_FAILED: {
    title: "Too many branches failed",
    explanation:
      "So many branches of control.parallel failed that its quorum can no longer be met. details has the errors of all.",
    remedy: "Look at the errors of the branches.",
  },
  WAIT_TIMEOUT: {
    title: "The wait timed out",
    explanation: "Nothing that the wait would take came before its timeout.",
    remedy: "Catch the TimeoutError if that is expected; mainspring runs why shows what came near.",
  },
  ANSWER_INVALID: {
    status: 422,
    title: "The answer does not fit the form",
    explanation:
      "An answer to a human.task breaks the schema of the task's form; issues says where. It is refused before it reaches the run; one that reaches it all the same, as an event may, fails the step.",
    remedy:
      "Correct the listed places. In a workflow, catch the ValidationError where such answers can come, and ask again.",
  },
  UNTIL_NOT_INSTANT: {
    title: "Not a time",
    explanation: "until is an instant in RFC 3339, such as 2031-03-30T08:00:00Z.",
    remedy: "Let the expression give such a text; $fromMillis and nowIso() do.",
  },
  VALUE_TYPE: {
    title: "The wrong kind of value",
    explanation:
      "An expression gives a value of a kind that this field of the step does not take. Where schemas tell, it is found at publish, else when the step runs.",
    remedy: "Convert the value in the expression, for example with $number or $string.",
  },
  TARGET_NOT_WRITABLE: {
    title: "The target cannot be written",
    explanation: "The path of the target leads through something that is no object.",
    remedy: "Write to another path, or write the object first.",
  },
  BUSINESS_TIME_ENDLESS: {
    title: "Not so much business time in ten years",
    explanation: "The calendar has so few open hours that the span would not be over within ten years.",
    remedy: "Look at the hours of the calendar, or wait for less.",
  },
  CALENDAR_ZONE_UNKNOWN: {
    title: "The zone of the calendar is unknown here",
    explanation: "The machine that computes business time does not know the clocks of the calendar's zone.",
    remedy: "Correct the zone of the calendar, or update the worker's time zone data.",
  },
  CHILD_ALREADY_RUNNING: {
    title: "The child of an earlier execution still runs",
    explanation:
      "The run was reset in Temporal to a moment before it called this child, and the child that it had started then has not ended.",
    remedy: "Wait until the child run has ended, or cancel it; then replay the run.",
  },
  CHILD_CANCELED: {
    title: "The child run was cancelled",
    explanation: "The child run was cancelled on its own, not with its parent. It is not tried again.",
    remedy: "Catch the ChildWorkflowError, or replay the run.",
  },
  CHILD_FAILED: {
    title: "The child run failed",
    explanation: "The called workflow's run ended FAILED; its error is inside.",
    remedy: "Look at the child run.",
  },
  CHILD_SEMANTICS_MISMATCH: {
    title: "The child has other runtime semantics",
    explanation:
      "A called workflow that names no version of the runtime semantics follows its caller's, and it has steps or fields that this version does not know. details names them.",
    remedy: "Let the called workflow name the semantics that it needs, or publish the caller under a newer one.",
  },
  CHILD_DEPTH: {
    title: "Calls are nested too deeply",
    explanation: "Runs call children at most 8 deep.",
    remedy: "Flatten the calls.",
  },
  DEFINITION_MISSING: {
    title: "The pinned definition is missing",
    explanation: "The version that the run is pinned to is not in the store.",
    remedy: "Restore the version from a backup, then replay the run.",
  },
  DEFINITION_HASH_MISMATCH: {
    title: "The pinned definition has changed",
    explanation:
      "A run pins the hash of its definition, and the stored one has another. A published version is immutable, so somebody changed it in the database.",
    remedy: "Restore the version from a backup, then replay the run.",
  },
  RESTART_STATE_MISSING: {
    title: "The state to begin in is missing",
    explanation: "A restarted run begins in a recorded state, which is not in the store.",
    remedy: "Restore the blobs from a backup, or restart from the step again.",
  },
  PROGRAM_FORMAT_UNKNOWN: {
    title: "The program is of an unknown format",
    explanation: "The program was compiled by a newer release than the one that should run it.",
    remedy: "Upgrade the workers, or publish the workflow again.",
  },
  JOURNAL_WITHOUT_START: {
    title: "The journal does not begin with its start",
    explanation:
      "A state is recomputed from the recorded inputs of a run, the first of which is its start, and that one is missing.",
    remedy: "mainspring runs rebuild restores the journal from history.",
  },
  JOURNAL_REFERENCE_UNRESOLVED: {
    title: "A value that the journal names is missing",
    explanation: "A recorded input names a large value by its hash, and the value is not in the store.",
    remedy: "Restore the blobs of the run from a backup.",
  },
  ENDED_OUTSIDE: {
    title: "Ended from outside",
    explanation:
      "The execution was terminated, or timed out, in Temporal itself. The run's error says how and by whom.",
    remedy: "Replay the run if it was not meant.",
  },
  LAUNCH_DEADLINE: {
    title: "Could not be started in time",
    explanation: "Temporal was unreachable for an hour of trying, so the accepted start was given up.",
    remedy: "Look at the connection to Temporal, then replay the run.",
  },
  DB_ENGINE_REMOVED: {
    title: "The database execution engine was removed",
    explanation:
      "The run belonged to an engine that no longer exists, and was ended when the installation was upgraded.",
    remedy: "Start the workflow again.",
  },
} as const satisfies ErrorCatalogue;
