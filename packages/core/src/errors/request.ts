import type { ErrorCatalogue } from "./catalogue.ts";

/** What a request to the API can end in. */
export const requestErrors = {
  UNAUTHENTICATED: {
    status: 401,
    title: "Who is asking?",
    explanation: "The request has no valid API key or session.",
    remedy: "Send Authorization: Bearer <api key>.",
  },
  FORBIDDEN: {
    status: 403,
    title: "Not allowed",
    explanation: "The key or session is valid, but its role may not do this.",
    remedy: "Use a key with the role that the route asks for.",
  },
  NOT_FOUND: {
    status: 404,
    title: "Nothing here",
    explanation: "There is no such address, or nothing of that id in your tenant.",
    remedy: "Check the address; /api/docs lists all.",
  },
  PAYLOAD_NOT_DECODED: {
    status: 422,
    title: "The payload cannot be decoded",
    explanation: "What was sent is no payload of this installation, was altered, or its key or its blob is missing.",
    remedy: "Send it as Temporal shows it; if it is, restore the tables tenant_keys and blobs.",
  },
  DATA_NOT_FOUND: {
    status: 404,
    title: "No such value",
    explanation: "The data store has no value of this namespace and key, or it has expired.",
    remedy: "GET /data-store/<namespace> lists the keys.",
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: "Not with this method",
    explanation: "The address exists, but not for this method.",
    remedy: "See /api/docs for the methods of this address.",
  },
  REQUEST_INVALID: {
    status: 422,
    title: "The request is not as it should be",
    explanation:
      "A part of the request (path, query, header or body) is not of the form that the route takes. issues says where.",
    remedy: "Correct the listed places.",
  },
  BODY_NOT_JSON: {
    status: 400,
    title: "The body is not JSON",
    explanation: "The body cannot be read as JSON.",
    remedy: "Send valid JSON with Content-Type: application/json.",
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: "The body is too large",
    explanation: "The body is larger than this route takes.",
    remedy: "Send less.",
  },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    title: "Not this content type",
    explanation: "The route does not take a body of this content type.",
    remedy: "Send application/json; definitions may also be application/yaml.",
  },
  RATE_LIMITED: {
    status: 429,
    title: "Too many starts",
    explanation:
      "The tenant's limit on starts, or on the work of expressions, in a minute is reached. No run was made.",
    remedy: "Wait as long as Retry-After says, or ask for a higher limit.",
  },
  CONCURRENCY_LIMITED: {
    status: 429,
    title: "Too many runs at once",
    explanation: "As many runs are under way as the tenant, or the workflow, may have at once. No run was made.",
    remedy:
      "Wait until one has ended, cancel one, or raise the limit. Events and schedules need not wait: their runs are held.",
  },
  UNREACHABLE: {
    title: "The server cannot be reached",
    explanation: "No connection to the server could be made, or it broke.",
    remedy: "Check the address (--url, or .mainspring/dev.json) and that the stack is running: npm start.",
  },
  INTERNAL: {
    status: 500,
    title: "A defect of ours",
    explanation: "Something failed that should not. The request changed nothing unless it says so.",
    remedy: "Try again; if it stays, report the request id.",
  },
  UNAVAILABLE: {
    status: 503,
    title: "Not just now",
    explanation: "The database or Temporal cannot be reached. Nothing was accepted.",
    remedy: "Try again shortly; GET /readyz says which part is missing.",
  },
  CURSOR_MISMATCH: {
    status: 422,
    title: "The cursor belongs to another list",
    explanation: "A cursor continues the list that it came from: the same tenant and the same filter.",
    remedy: "Start the list again without cursor.",
  },
  REVISION_MISMATCH: {
    status: 412,
    title: "Somebody else was faster",
    explanation: "The document has another revision than the one that If-Match names: it was changed in between.",
    remedy: "Read it again, apply your change to that, and save.",
  },
  IDEMPOTENCY_CONFLICT: {
    status: 422,
    title: "The Idempotency-Key stands for another request",
    explanation: "The same Idempotency-Key came before with a different body.",
    remedy: "Use a new key for a new request.",
  },
  API_KEY_SHOWN: {
    status: 409,
    title: "The API key was made and shown before",
    explanation:
      "The same request made the key earlier. Its answer is given again for 15 minutes, and not once the key is revoked; `id` names it.",
    remedy: "Use the key that was shown. If nobody has it, revoke it and make another with a new Idempotency-Key.",
  },
  WORKFLOW_NOT_FOUND: {
    status: 404,
    title: "No such workflow",
    explanation: "Your tenant has no workflow of this key.",
    remedy: "Check the key; mainspring workflows list shows all.",
  },
  WORKFLOW_EXISTS: {
    status: 409,
    title: "The workflow exists",
    explanation: "Your tenant has a workflow of this key already.",
    remedy: "Save its draft with PUT /workflows/<key>, or choose another key.",
  },
  WORKFLOW_KEY_MISMATCH: {
    status: 422,
    title: "The definition is of another workflow",
    explanation: "The key in the definition is not the one in the address. A key is never changed by saving.",
    remedy: "Correct one of the two; a new key is a new workflow.",
  },
  WORKFLOW_IN_USE: {
    status: 409,
    title: "The workflow is in use",
    explanation: "Runs that have not ended, or workflows that call it, still need it.",
    remedy: "End the runs and change the callers first; unpublishing stops new starts.",
  },
  WORKFLOW_PAUSED: {
    status: 409,
    title: "The workflow is paused",
    explanation: "An operator paused the workflow, so it starts nothing.",
    remedy: "Unpause it.",
  },
  VERSION_NOT_FOUND: {
    status: 404,
    title: "No such version",
    explanation: "The workflow has no version of this number.",
    remedy: "GET /workflows/<key>/versions lists them.",
  },
  NOT_PUBLISHED: {
    status: 409,
    title: "Nothing is published",
    explanation: "The workflow has only a draft. Runs are started from published versions.",
    remedy: "Publish it first.",
  },
  PAYLOAD_INVALID: {
    status: 422,
    title: "The payload does not fit",
    explanation:
      "The payload breaks the schema of the version that would run, or that of the event's type. issues says where. Nothing was started, or stored.",
    remedy: "Correct the listed places.",
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: "The payload is too large",
    explanation: "One value has at most 256 KiB as JSON.",
    remedy: "Send a reference to the data instead.",
  },
  LAUNCH_REFUSED: {
    status: 502,
    title: "Temporal refused the start",
    explanation:
      "The start was refused for good, for example because the namespace does not exist. The run is FAILED at stage launch.",
    remedy: "Look at TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, then replay the run.",
  },
  RUN_NOT_FOUND: {
    status: 404,
    title: "No such run",
    explanation: "Your tenant has no run of this id.",
    remedy: "Check id and tenant.",
  },
  ENTRY_NOT_FOUND: {
    status: 404,
    title: "No such entry",
    explanation:
      "The run's journal has no entry of this number, or the run has no journal: an earlier engine wrote it.",
    remedy: "GET /runs/:id/journal lists the entries; the run's `journalSeq` is the last one.",
  },
  JOURNAL_INCOMPLETE: {
    status: 409,
    title: "The run's journal has holes",
    explanation:
      "Past moments are recomputed from the inputs that the run recorded, and some of them, or a value that they name, are not there.",
    remedy: "Rebuild the run's journal from its history: POST /runs/:id/rebuild. A missing blob has to be restored.",
  },
  RUN_ALREADY_ENDED: {
    status: 409,
    title: "The run has ended",
    explanation: "An ended run cannot be cancelled.",
    remedy: "Nothing; replay it to run it again.",
  },
  RUN_NOT_ENDED: {
    status: 409,
    title: "The run has not ended",
    explanation: "This can be done with ended runs only.",
    remedy: "Wait for its end, or cancel it.",
  },
  WORKFLOW_TEMPORAL_CANCEL_FAILED: {
    status: 409,
    title: "Temporal did not take the cancel",
    explanation: "The cancel could not be handed to Temporal, so nothing was changed.",
    remedy: "Try again; GET /readyz says whether Temporal can be reached.",
  },
  RUN_NOT_PAUSED: {
    status: 409,
    title: "The run is not paused",
    explanation: "Only a run that its tenant's quota has paused can be let go on. Nothing was changed.",
    remedy: "Nothing; GET /runs/<id>/why says what the run waits for.",
  },
  WORKFLOW_TEMPORAL_SIGNAL_FAILED: {
    status: 409,
    title: "Temporal did not take the signal",
    explanation: "The signal could not be handed to Temporal, so nothing was changed.",
    remedy: "Try again; GET /readyz says whether Temporal can be reached.",
  },
  WORKFLOW_TEMPORAL_ACTION_UNSUPPORTED: {
    status: 409,
    title: "There is no such control",
    explanation: "A run is never retried, resumed or requeued in place. Nothing was changed.",
    remedy: "Use POST /runs/<id>/replay, or /restart-from for a step.",
  },
  REDACTED_VALUE_IN_PAYLOAD: {
    status: 422,
    title: "A masked value in the payload",
    explanation: "The edited payload still contains a placeholder of a masked value, which would become the real one.",
    remedy: "Write the real value, or replay without editing.",
  },
  PLAN_CHANGED: {
    status: 409,
    title: "The plan no longer holds",
    explanation: "What the preview listed has changed since; details has the difference.",
    remedy: "Look at a new preview.",
  },
  NO_LONGER_MATCHES: {
    status: 409,
    title: "The run no longer matches",
    explanation:
      "Between the preview of a bulk and the act the run has come to be one that its filter does not find. Nothing was done to it.",
    remedy: "Look at a new preview.",
  },
  HISTORY_NOT_FOUND: {
    status: 409,
    title: "Temporal has no history of the run",
    explanation:
      "The run was never started there, or its history is past the namespace's retention. Nothing was changed.",
    remedy: "Nothing; the rows are all that there is of the run.",
  },
  RESTART_VERSION_MISFIT: {
    status: 409,
    title: "The version does not fit the run's state",
    explanation:
      "A restart begins in the middle of a run, so the steps that were under way there must stand at the same paths in the version that is to go on. issues names those that do not.",
    remedy: "Restart with the run's own version, or from a step outside of the blocks that have changed.",
  },
  STEP_NOT_FOUND: {
    status: 404,
    title: "The run has no such step",
    explanation: "The run did not execute a step of this path and iteration.",
    remedy: "GET /runs/<id>/steps lists them.",
  },
  WEBHOOK_NOT_FOUND: {
    status: 404,
    title: "No such webhook endpoint",
    explanation: "There is no webhook endpoint of this key, or at this address, or it is switched off.",
    remedy: "Check the key; GET /webhooks lists all with their addresses.",
  },
  WEBHOOK_EXISTS: {
    status: 409,
    title: "The webhook endpoint exists",
    explanation: "Your tenant has a webhook endpoint of this key already.",
    remedy: "Change it with PUT /webhooks/<key>, or choose another key.",
  },
  WEBHOOK_INVALID: {
    status: 422,
    title: "The webhook endpoint is not as it should be",
    explanation:
      "An expression cannot be compiled, a header may not be taken over, or a secret is not of the scheme's form. issues says where. Nothing was changed.",
    remedy: "Correct the listed places.",
  },
  WEBHOOK_SECRETS_FULL: {
    status: 409,
    title: "The endpoint has two secrets",
    explanation: "At most two secrets of an endpoint count at a time: the old one and the new one.",
    remedy: "Remove the one that the other side no longer uses: DELETE /webhooks/<key>/secrets/<id>.",
  },
  WEBHOOK_SECRET_NOT_FOUND: {
    status: 404,
    title: "No such secret of the endpoint",
    explanation: "The webhook endpoint has no active secret of this id.",
    remedy: "GET /webhooks/<key> lists the ids of its secrets.",
  },
  WEBHOOK_UNAUTHORISED: {
    status: 401,
    title: "The call is not signed as it must be",
    explanation:
      "The signature is missing, made with another secret or over other bytes, or its time is outside of the replay window. Which of them is not said to the caller. Nothing was stored.",
    remedy:
      "Compare the endpoint's scheme and secret with those of the other side, that nothing on the way changes the body, and the clocks.",
  },
  EVENT_DECIDED: {
    title: "It was decided before",
    explanation:
      "That the event starts nothing at this endpoint was decided when it came first. A repeated call does not decide it again.",
    remedy: "GET /events/<id>/why says why; send a new event once the cause is gone.",
  },
  EVENT_NOT_FOUND: {
    status: 404,
    title: "No such event",
    explanation: "Your tenant has no event of this id.",
    remedy: "Check the id.",
  },
  EVENT_TYPE_NOT_FOUND: {
    status: 404,
    title: "No such event type",
    explanation:
      "Your tenant has no event type of this name. Events of that name are accepted all the same, with any payload.",
    remedy: "Check the name; GET /event-types shows all.",
  },
  EVENT_TYPE_INVALID: {
    status: 422,
    title: "The event type cannot be used",
    explanation:
      "Its schema is none of the subset of JSON Schema that the product knows, a sample does not fit it, or `*` has a schema, which is for correlation paths alone. issues says where.",
    remedy: "Correct the listed places.",
  },
  EVENT_NOT_REDELIVERABLE: {
    status: 409,
    title: "Nothing can be redelivered",
    explanation: "It came as an event and was refused, or its content went with the run that was deleted.",
    remedy: "Send a correct event; a refused one leaves its id free.",
  },
  BACKLOG_FULL: {
    status: 429,
    title: "Too many events wait to be routed",
    explanation:
      "The tenant's backlog of accepted events that are not routed yet is at its limit. Nothing of the request was stored; other tenants are not affected.",
    remedy: "Send it again after as long as Retry-After says; GET /events?status=pending shows what waits.",
  },
  EVENT_CONFLICT: {
    status: 409,
    title: "The event's id stands for another event",
    explanation: "An event of the same source and id was accepted before with a different content.",
    remedy: "Give each event an id of its own.",
  },
  EVENT_NOT_STORABLE: {
    title: "The event cannot be stored",
    explanation:
      "The database refused an entry of a stream, each time that it was tried. It is kept as it came, as a dead letter; where not even that can be stored, in the stream of dead letters in Redis.",
    remedy:
      "See in the error what the database refuses. Once that is put right, let the producer send the event again: its id is free.",
  },
  CORRELATION_MISSING: {
    title: "No correlation key",
    explanation:
      "The event has no correlation key and none could be derived from the configured paths, so no waiting run was looked up. Triggers were evaluated.",
    remedy: "Send correlationKey with the event, or declare a path for its name.",
  },
  ROUTING_FAILED: {
    title: "The event could not be handed on",
    explanation:
      "Looking for the runs and triggers of an accepted event failed. It is tried again, and becomes dead after the last try.",
    remedy: "See the event's error; redeliver it when the cause is gone.",
  },
  TASK_NOT_FOUND: {
    status: 404,
    title: "No such task",
    explanation: "Your tenant has no task of this id.",
    remedy: "Check the id.",
  },
  TASK_CLOSED: {
    status: 409,
    title: "The task is closed",
    explanation: "Another answer was accepted, or the task timed out or was cancelled.",
    remedy: "Reload the task.",
  },
  CALENDAR_NOT_FOUND: {
    status: 404,
    title: "No such calendar",
    explanation: "Your tenant has no business calendar of this name.",
    remedy: "Check the name; GET /calendars lists all.",
  },
  CALENDAR_INVALID: {
    status: 422,
    title: "The calendar is not as it should be",
    explanation:
      "A business calendar has a zone, weekly hours, days off and days with hours of their own. issues says where this one is otherwise.",
    remedy: "Correct the listed places.",
  },
  TASK_CLAIMED: {
    status: 409,
    title: "Somebody else has the task",
    explanation: "The task was claimed by another person, who alone may complete or release it.",
    remedy: "Ask them to release it. An administrator may release it, or override.",
  },
  FORM_NOT_FOUND: {
    status: 404,
    title: "No such form",
    explanation: "Neither your tenant nor the system has a form of this name.",
    remedy: "Check the name; GET /forms shows all.",
  },
  FORM_INVALID: {
    status: 422,
    title: "The form's schema cannot be used",
    explanation: "A form is a schema of the subset of JSON Schema that the product knows. issues says what is wrong.",
    remedy: "Correct the listed places.",
  },
  CRON_AMBIGUOUS_DAYS: {
    status: 422,
    title: "Day of month and day of week together",
    explanation: 'Some systems take the two as "and", most people as "or".',
    remedy: "Restrict one of the two and use * for the other.",
  },
  TENANT_NOT_FOUND: {
    status: 404,
    title: "No such tenant",
    explanation: "There is no tenant of this id.",
    remedy: "Check the id.",
  },
  TENANT_IN_USE: {
    status: 409,
    title: "The tenant has runs under way",
    explanation:
      "Runs of the tenant have not ended, and the deletion was asked to be refused then. openRuns and byStatus say how many.",
    remedy: "Wait for them, or ask with mode cancel (they undo what they can) or terminate.",
  },
  BUNDLE_INVALID: {
    status: 422,
    title: "The bundle cannot be imported",
    explanation:
      "It is no bundle of workflows, or something in it cannot be stored. issues says what and where; nothing was imported.",
    remedy: "Correct the listed places, or export again.",
  },
  SAVED_VIEW_NOT_FOUND: {
    status: 404,
    title: "No such saved view",
    explanation: "Your tenant has no saved view of this id.",
    remedy: "List the saved views.",
  },
  SAVED_VIEW_EXISTS: {
    status: 409,
    title: "The saved view exists",
    explanation: "The list has a saved view of this name already.",
    remedy: "Choose another name, or remove the view first.",
  },
  TENANT_SUSPENDED: {
    status: 403,
    title: "The tenant is suspended",
    explanation: "A platform administrator suspended the tenant.",
    remedy: "Ask the platform's administrator.",
  },
  API_KEY_NOT_FOUND: {
    status: 404,
    title: "No such API key",
    explanation: "Your tenant has no API key of this id.",
    remedy: "Check the id.",
  },
} as const satisfies ErrorCatalogue;
