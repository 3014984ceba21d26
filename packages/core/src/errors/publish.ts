import type { ErrorCatalogue } from "./catalogue.ts";

/** What checking a definition at publish can find beyond its shape. */
export const publishErrors = {
  STEP_ID_DUPLICATE: {
    title: "The same step id twice",
    explanation: "An id names one step of the definition: rows, errors and scenarios refer to it.",
    remedy: "Give one of the two another id.",
  },
  BRANCH_ID_DUPLICATE: {
    title: "The same branch id twice",
    explanation: "The ids of the branches of one control.parallel are unique: its result names branches by them.",
    remedy: "Give one of the two another id.",
  },
  TRIGGER_ID_DUPLICATE: {
    title: "The same trigger id twice",
    explanation: "The ids of a workflow's triggers are unique: decisions name them.",
    remedy: "Give one of the two another id.",
  },
  SEMANTICS_TOO_OLD: {
    title: "Needs semantics 2",
    explanation:
      "The step type or field came with version 2 of the runtime semantics, and the definition asks for version 1.",
    remedy: "Write semantics: 2, or leave semantics out.",
  },
  FOREACH_CONCURRENCY_UNSUPPORTED: {
    title: "forEach runs one item at a time under semantics 1",
    explanation: "Under version 1 of the runtime semantics the concurrency of control.forEach is 1.",
    remedy: "Remove concurrency, or write semantics: 2, which allows 1 to 50.",
  },
  CONCURRENCY_OUT_OF_RANGE: {
    title: "Concurrency out of range",
    explanation:
      "The concurrency of control.forEach is a whole number from 1 to 50. As a literal it is checked at publish, from an expression when the step runs.",
    remedy: "Use a whole number from 1 to 50.",
  },
  STEP_NOT_SUPPORTED: {
    title: "The deployed engine cannot perform this",
    explanation:
      "The language has this step type or field, but the engine of this installation does not perform it yet.",
    remedy: "Do without it, or upgrade the installation.",
  },
  STEP_UNREACHABLE: {
    title: "A step that can never run",
    explanation:
      "A step before it in the same block always ends the run or leaves the block, as control.return and control.raise do.",
    remedy: "Remove the step, or move it before the one that ends the block.",
  },
  CASE_UNREACHABLE: {
    title: "A case that can never run",
    explanation: "A case before it is always true, or its own condition is never true.",
    remedy: "Remove the case, or correct its condition.",
  },
  TARGET_INVALID: {
    title: "This is no place to write to",
    explanation:
      "saveAs, captureErrorAs and the keys of assign and output name a target: vars.a.b, payload.a, a JSON pointer such as /vars/a/b, or a bare name, which means vars.<name>.",
    remedy: "Write vars.<name>.",
  },
  TARGET_OVERWRITTEN: {
    title: "A result where the engine writes itself",
    explanation:
      "vars.event and vars.eventName are written by every event.wait and human.task, vars.timeWait by every time.wait: a result that is saved there is lost with the next of them, and with its own step where that is one.",
    remedy: "Give it another name.",
  },
  ERROR_NEVER_MATCHES: {
    title: "An error that this can never see",
    explanation:
      "catchOn and retryOn name categories (ValidationError, ExpressionError, TransientError, ActionError, TimeoutError, QuotaExceededError, ChildWorkflowError, BusinessError, ControlError) or codes. A cancel, a broken engine and the limits LOOP_BUDGET and HISTORY_BUDGET end the run whatever is around the step.",
    remedy: "Correct the name, or remove it.",
  },
  ACTION_UNKNOWN: {
    title: "No such action",
    explanation: "No action of this name and major version is in the catalogue of this installation.",
    remedy: "Correct the name, or install the pack that has it. GET /api/v1/actions lists them.",
  },
  ACTION_MAJOR_UNKNOWN: {
    title: "No such major version of the action",
    explanation: "The action exists, but not in this major version.",
    remedy: "Use one of the versions that the message lists.",
  },
  WORKFLOW_UNKNOWN: {
    title: "The called workflow is not published",
    explanation:
      "control.callWorkflow binds a published version of the workflow that it calls, and there is none of this key.",
    remedy: "Correct the key, or publish the called workflow first.",
  },
  WORKFLOW_VERSION_UNKNOWN: {
    title: "No such version of the called workflow",
    explanation: "The called workflow has no version of this number.",
    remedy: "Use one that exists, or leave version out to bind the published one.",
  },
  CALL_CYCLE: {
    title: "Workflows that call each other in a circle",
    explanation: "Following the calls from this workflow leads back to it, so a run could start children without end.",
    remedy: "Break the circle at the call that the message names.",
  },
  FORM_UNKNOWN: {
    title: "No such form",
    explanation: "The tenant and the system have no form of this name.",
    remedy: "Correct the name, create the form, or write its schema in place.",
  },
  CALENDAR_UNKNOWN: {
    title: "No such calendar",
    explanation: "Business time needs a calendar of the tenant, and there is none of this name.",
    remedy: "Correct the name, or create the calendar.",
  },
  SECRET_MISPLACED: {
    title: "A secret in a place where it cannot be used",
    explanation:
      "{ $secret: name } can stand only inside the input of an action.call: there it is resolved when the action runs and is never stored.",
    remedy: "Move it into the input of the action that needs it.",
  },
  SECRET_NOT_AVAILABLE: {
    title: "Secrets do not reach this action",
    explanation: "The action is hosted elsewhere or takes no secrets, and secrets do not leave this installation.",
    remedy: "Let the action's host hold the secret, or use an action of this installation.",
  },
  IDEMPOTENCY_KEY_UNUSED: {
    title: "idempotencyKey on an action without effect",
    explanation:
      "An action whose effect is none is simply run again; it takes no claim in the ledger, so the key would do nothing.",
    remedy: "Remove idempotencyKey.",
  },
  COMPENSATE_OUTSIDE_SAGA: {
    title: "compensate outside of a saga",
    explanation: "Undoing steps belong to the control.saga around their step; without one they would never run.",
    remedy: "Put the steps into the body of a control.saga.",
  },
  QUORUM_IMPOSSIBLE: {
    title: "A quorum that the branches cannot give",
    explanation: "A quorum counts branches that succeed: it is a whole number from 1 to the number of branches.",
    remedy: "Lower the quorum, or add branches. Where it is computed, see what the expression came to.",
  },
  DURATION_TOO_LONG: {
    title: "Too long a time",
    explanation:
      "An action's timeoutMs is at most 24 hours, a wait or timer at most 10 years. As a literal it is checked at publish, from an expression when the step runs.",
    remedy: "Use a shorter time; milliseconds are meant.",
  },
  RAISE_CODE_INVALID: {
    title: "Not a code that can be raised",
    explanation: "The code of control.raise matches [A-Z][A-Z0-9_]{2,63}, such as OUT_OF_STOCK.",
    remedy: "Use capital letters, digits and _.",
  },
  INPUT_LITERAL_INVALID: {
    title: "The input does not fit the action",
    explanation:
      "What is known of the input at publish, its literals and its keys, breaks the action's input schema, so every call would fail.",
    remedy: "Correct the input as the message says.",
  },
  VARIABLE_UNDEFINED: {
    title: "A variable that is never set",
    explanation: "An expression reads a variable that no step before it can have set.",
    remedy: "Correct the name, set the variable first, or ask with $exists(..) whether it is there.",
  },
  VARIABLE_MAYBE_UNDEFINED: {
    title: "A variable that may not be set",
    explanation: "On some ways to this expression no step has set the variable that it reads; there it finds nothing.",
    remedy: "Set the variable on every way, or say with $exists(..) or ?? what counts when it is not there.",
  },
  PAYLOAD_FIELD_UNKNOWN: {
    title: "A field that the payload cannot have",
    explanation:
      "By the payload's schema the value has no such field and can have no others, so the expression always finds nothing there.",
    remedy: "Correct the name, or add the property to the schema. With ?? or $exists(..) nothing is said.",
  },
  FIELD_NOT_IN_SCHEMA: {
    title: "A field that the value cannot have",
    explanation:
      "The value comes from something whose schema is known, such as an action, a form or an event type, and it has no such field, so the expression always finds nothing there.",
    remedy: "Correct the name; the message says which one is like it. With ?? or $exists(..) nothing is said.",
  },
  COMPARISON_NEVER_TRUE: {
    title: "A comparison of what is never equal",
    explanation:
      "By their schemas the two sides are of different kinds, such as a number and text, and values of different kinds are never equal.",
    remedy: "Make both of one kind, for example with $number(..) or $string(..).",
  },
  INPUT_TYPE_MISMATCH: {
    title: "An input of the wrong kind",
    explanation:
      "What is called takes another kind of value here than the expression gives, by the schemas of both, so the call would be refused.",
    remedy: "Convert the value, for example with $string(..) or $number(..), or read another field.",
  },
  ITEMS_NOT_LIST: {
    title: "items is no list",
    explanation: "control.forEach takes a value that is no list as one item, which is seldom meant.",
    remedy: "Read the list inside of it, or do without the loop.",
  },
  COLLECT_DEPENDS_ON_CONCURRENCY: {
    title: "What is collected changes with concurrency",
    explanation:
      "collect.value reads a variable that the body writes on some ways only. One item after the other, an item may find the value of the one before it; side by side it never does.",
    remedy: "Set the variable on every way through the body.",
  },
  BRANCHES_WRITE_SAME: {
    title: "Two branches may write the same place",
    explanation:
      "Branches of control.parallel share vars. Which of the two values stays depends on which branch comes last.",
    remedy: "Let each branch write a variable of its own.",
  },
  CORRELATION_UNDERIVABLE: {
    title: "No event would have this correlation key",
    explanation:
      "Correlation paths are declared for this event, and the key that the wait asks for is of a kind that none of them produces.",
    remedy: "Compare the key with the declared paths of the event type.",
  },
  BOUND_FAN_OUT: {
    title: "Very much at the same time",
    explanation:
      "Concurrency inside of concurrency multiplies. Temporal refuses more than 2,000 open activities of one execution, and becomes slow long before.",
    remedy: "Lower concurrency, or let a called workflow do a part.",
  },
  BOUND_HISTORY: {
    title: "A run may outgrow its history",
    explanation:
      "In the worst case a run between two moments at which it can continue in a new execution writes more history events than an execution may have (40,000), and would end with HISTORY_BUDGET.",
    remedy: "Lower concurrency, or move a part into a workflow of its own.",
  },
} as const satisfies ErrorCatalogue;
