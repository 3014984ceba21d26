import type { ErrorCatalogue } from "./catalogue.ts";

/** What calling an action can end in. Actions may have codes of their own beside these. */
export const actionErrors = {
  ACTION_INPUT_INVALID: {
    title: "The input does not fit the action",
    explanation:
      "The input, as the expressions gave it, breaks the action's input schema. details.issues says where. The action was not called.",
    remedy: "Compare the step's input with the schema in the catalogue of actions.",
  },
  ACTION_OUTPUT_INVALID: {
    title: "The action returned what its schema does not allow",
    explanation: "The action ran, but its output breaks its own output schema. Its effect may have happened.",
    remedy: "Report it to whoever maintains the action.",
  },
  ACTION_INPUT_TOO_LARGE: {
    title: "The input is too large for the action",
    explanation: "The input of an action hosted elsewhere travels inline and has at most 256 KiB.",
    remedy: "Pass less, or a reference that the action can follow.",
  },
  ACTION_TIMEOUT: {
    title: "The action took too long",
    explanation: "A try of the action ran into its timeoutMs and was aborted. Its effect may have happened.",
    remedy: "Raise timeoutMs, or add TimeoutError to retryOn if it is not there.",
  },
  ACTION_FAILED: {
    title: "The action failed",
    explanation: "The action threw an error that carries no code of its own.",
    remedy: "See the message.",
  },
  WORKER_LOST: {
    title: "Workers were lost again and again",
    explanation:
      "Five tries in a row ended because their worker died, or because nothing was heard of it. A lost try does not count as one of the author's.",
    remedy: "Look at the workers' memory and logs; the action may be what kills them.",
  },
  OUTCOME_UNKNOWN: {
    title: "It is not known whether the effect happened",
    explanation:
      "A try died after it had claimed its effect, and the action may be called only once. It was not called again.",
    remedy: "Look in the other system whether the effect is there; then replay, or restart from the step behind it.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: "The idempotency key stands for another input",
    explanation:
      "An authored idempotencyKey was used before with a different input, so its stored output cannot be the answer. Nothing was called.",
    remedy: "Put what tells the two inputs apart into the key.",
  },
  CLAIM_HELD: {
    title: "Another run is just doing this",
    explanation:
      "The same effect, by the same key, is in flight elsewhere. The call is tried again by itself and this does not count as a try.",
    remedy: "Nothing.",
  },
  SECRET_NOT_FOUND: {
    status: 404,
    title: "No such secret",
    explanation: "The tenant has no secret of this name. Nothing was called.",
    remedy: "mainspring secrets set <name>",
  },
  SECRET_NOT_DECLARED: {
    title: "A secret that the action does not declare",
    explanation: "An action reads only secrets that it declares, or that its input names.",
    remedy: "Declare the secret in the action, or pass it as { $secret: name } in the input.",
  },
  DATA_VERSION_CONFLICT: {
    status: 409,
    title: "The value has changed meanwhile",
    explanation:
      "A key of the data store is at another version than was expected: somebody else has written or deleted it. Nothing was changed.",
    remedy: "Read the value again, and write with the version that it has now.",
  },
  DATA_VALUE_TOO_LARGE: {
    status: 422,
    title: "The value is too large to be kept",
    explanation: "A value of the data store has at most 256 KiB of JSON.",
    remedy: "Keep less, or a reference to where the rest is.",
  },
  MAIL_NOT_CONFIGURED: {
    title: "No mail server",
    explanation: "Mail is handed to an SMTP server, and this installation has none.",
    remedy: "Set MAINSPRING_SMTP_URL and MAINSPRING_MAIL_FROM for the worker; docs/configuration.md says how.",
  },
  MAIL_CONNECTION_FAILED: {
    title: "No connection to the mail server",
    explanation: "The SMTP server could not be reached, or the connection broke. It is a TransientError.",
    remedy: "Look at MAINSPRING_SMTP_URL and at the server; a retry helps if it was short.",
  },
  MAIL_DEFERRED: {
    title: "The mail server asks to try again later",
    explanation: "The SMTP server refused the mail for now (a 4xx reply). It is a TransientError.",
    remedy: "Let the step retry; details.reply says what the server said.",
  },
  MAIL_REFUSED: {
    title: "The mail server refused the mail",
    explanation:
      "The SMTP server refused sender, recipients, sign-in or content for good (a 5xx reply). Nothing was sent.",
    remedy: "See details.reply for what the server said.",
  },
  EGRESS_REFUSED: {
    title: "The address may not be called",
    explanation:
      "Private, loopback, link-local and metadata addresses are refused in every spelling and on every redirect, unless the tenant's allow-list has them.",
    remedy: "Use a public address, or have an administrator add host and port to the tenant's egress_allow.",
  },
  HTTP_URL_INVALID: {
    title: "Not a URL that can be called",
    explanation: "The URL cannot be read, or is neither http nor https.",
    remedy: "Write it in full, with https://.",
  },
  HTTP_CONNECTION_FAILED: {
    title: "No connection",
    explanation: "The server could not be reached, or the connection broke. It is a TransientError.",
    remedy: "Look at name, port and certificate of the server; a retry helps if it was short.",
  },
  HTTP_TIMEOUT: {
    title: "The server did not answer in time",
    explanation: "No whole answer came within the time allowed.",
    remedy: "Raise timeoutMs of the request, or retry.",
  },
  HTTP_TOO_MANY_REDIRECTS: {
    title: "Redirected too often",
    explanation: "The server sent the request from one place to the next too many times.",
    remedy: "Call the final address directly.",
  },
  HTTP_RESPONSE_TOO_LARGE: {
    title: "The answer is too large",
    explanation: "The body of the answer is larger than the client takes.",
    remedy: "Ask for less, for example page by page.",
  },
} as const satisfies ErrorCatalogue;

/**
 * Codes that are made of a pattern; `explainCode` finds them by their form.
 * `HTTP_<status>`: an answer whose status the step does not accept.
 */
export const actionErrorPatterns = [
  {
    pattern: /^HTTP_[1-5][0-9][0-9]$/,
    shownAs: "HTTP_<status>",
    title: "The server answered with an error",
    explanation:
      "The answer has a status that the step does not accept. 408, 425, 429 and 5xx are TransientErrors, which retry tries again; the others are ActionErrors. details has status, headers and the beginning of the body.",
    remedy: "See details.body for what the server says, or accept the status with okStatus.",
  },
] as const;
