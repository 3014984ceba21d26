import { pointerToken, storableText, takeJson } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import type { z } from "zod";
import { actionTimeoutMaxMs } from "./action.ts";
import type { Action } from "./action.ts";
import type { ActionContext, LogEntry, SecretReader } from "./context.ts";
import { startDeadline } from "./deadline.ts";
import { ActionFailure } from "./failure.ts";
import { createActionHttp } from "./http/action-http.ts";
import { sharedHttpClient } from "./http/client.ts";
import type { HttpClient } from "./http/client.ts";
import type { EgressAllow } from "./http/egress-rules.ts";
import type { DataPort, MailPort } from "./ports.ts";
import type { Registry } from "./registry.ts";
import { noDataStore, noMail } from "./unconfigured.ts";

/** One try of one call, as the engine asks for it. */
export interface ActionRequest {
  readonly actionId: string;
  readonly input: unknown;
  /** The idempotency key. */
  readonly key: string;
  /** 1, 2, 3 ... */
  readonly attempt: number;
  readonly runId: string;
  readonly stepId: string;
  /** Left out: none, as outside of loops. */
  readonly iteration?: readonly number[];
  readonly tenant: { readonly egressAllow?: EgressAllow };
  /** Aborted when the call is cancelled or the worker stops. */
  readonly signal: AbortSignal;
  /** The step's deadline; left out: the action's own. At most 24 h. */
  readonly timeoutMs?: number;
  readonly log: (entry: LogEntry) => void;
  /** RFC 3339 UTC with milliseconds; left out: the clock of this machine. */
  readonly now?: string;
  readonly secrets?: SecretReader;
  /** Left out: there is none, and what needs it fails. */
  readonly data?: DataPort;
  /** Left out: no mail can be sent. */
  readonly mail?: MailPort;
  /** Left out: one client that all calls of the process share. */
  readonly httpClient?: HttpClient;
  /** Told once when a handler ends after the caller was given its answer. Evidence only. */
  readonly onLate?: (late: LateEnd) => void;
}

export interface ActionResult {
  readonly output: Json;
  /** `<pointer> <code>` for each place of the output where what came in could not be kept as it was. */
  readonly adjusted?: string[];
}

/** How a handler ended that outlived its deadline or its cancellation. */
export interface LateEnd {
  readonly outcome: "succeeded" | "failed";
  /** Since the call began. */
  readonly elapsedMs: number;
  readonly message?: string;
}

/**
 * Runs one try of an action: parses the input, runs the handler under its deadline, checks the output. The caller is
 * answered at the deadline whatever the handler does.
 * @throws ActionFailure
 * `ValidationError` ACTION_INPUT_INVALID, ACTION_OUTPUT_INVALID (details.issues: `[{pointer, message}]`);
 * `TimeoutError` ACTION_TIMEOUT; `Cancellation` CANCELED; `ActionError` ACTION_UNKNOWN, ACTION_FAILED;
 * and what the handler throws as an ActionFailure
 */
export async function performAction(registry: Registry, request: ActionRequest): Promise<ActionResult> {
  const action = registry.get(request.actionId);
  if (action === undefined) {
    throw new ActionFailure({
      category: "ActionError",
      code: "ACTION_UNKNOWN",
      message: `no action ${request.actionId} here`,
    });
  }
  if (request.signal.aborted) throw canceled();
  const parsed = action.input.safeParse(request.input);
  if (!parsed.success) throw invalid("ACTION_INPUT_INVALID", `the input does not fit ${action.id}`, parsed.error);
  const adjusted: string[] = [];
  const raw = await runWithDeadline(action, request, parsed.data, adjusted);
  return checkedOutput(action, raw, adjusted);
}

async function runWithDeadline(
  action: Action,
  request: ActionRequest,
  input: unknown,
  adjusted: string[],
): Promise<unknown> {
  const timeoutMs = Math.min(request.timeoutMs ?? action.timeoutMs, actionTimeoutMaxMs);
  const startedAtMs = performance.now();
  const deadline = startDeadline(request.signal, timeoutMs);
  let answered = false;
  const ended = new Promise<never>((_, reject) => {
    const onEnd = () => reject(deadline.ended() === "expired" ? timedOut(action.id, timeoutMs) : canceled());
    if (deadline.signal.aborted) onEnd();
    else deadline.signal.addEventListener("abort", onEnd, { once: true });
  });
  const reportLate = (outcome: LateEnd["outcome"], error?: unknown) => {
    if (!answered) return;
    const elapsedMs = Math.round(performance.now() - startedAtMs);
    request.onLate?.({ outcome, elapsedMs, ...(error === undefined ? {} : { message: messageOf(error) }) });
  };
  if (deadline.signal.aborted) return ended;
  const context = contextOf(action, request, input, deadline.signal, adjusted);
  const handler = Promise.resolve().then(() => action.run(context));
  handler.then(
    () => reportLate("succeeded"),
    (error: unknown) => reportLate("failed", error),
  );
  try {
    return await Promise.race([ended, handler]);
  } catch (error) {
    // A handler that gives up because its signal was aborted may be first by a moment: the cause is the deadline all the same.
    if (deadline.ended() === "expired") throw timedOut(action.id, timeoutMs);
    if (deadline.ended() === "aborted") throw canceled();
    throw failureOf(error);
  } finally {
    answered = true;
    deadline.clear();
  }
}

function contextOf(
  action: Action,
  request: ActionRequest,
  input: unknown,
  signal: AbortSignal,
  adjusted: string[],
): ActionContext<unknown> {
  return {
    input,
    http: createActionHttp({
      client: request.httpClient ?? sharedHttpClient(),
      egressAllow: request.tenant.egressAllow ?? {},
      hosts: action.hosts,
      key: request.key,
      signal,
    }),
    data: request.data ?? noDataStore,
    mail: request.mail ?? noMail,
    key: request.key,
    attempt: request.attempt,
    runId: request.runId,
    stepId: request.stepId,
    iteration: request.iteration ?? [],
    now: request.now ?? new Date().toISOString(),
    signal,
    log: request.log,
    secret: (name) => readSecret(action, request.secrets, name),
    noteAdjusted: (notes) => {
      adjusted.push(...notes);
    },
  };
}

async function readSecret(action: Action, secrets: SecretReader | undefined, name: string): Promise<string> {
  if (!action.secrets.includes(name)) {
    throw new ActionFailure({
      category: "ActionError",
      code: "SECRET_NOT_DECLARED",
      message: `${action.id} does not declare the secret ${name}`,
    });
  }
  const value = await secrets?.read(name);
  if (value === undefined) {
    throw new ActionFailure({
      category: "ActionError",
      code: "SECRET_NOT_FOUND",
      message: `the tenant has no secret ${name}`,
    });
  }
  return value;
}

function checkedOutput(action: Action, raw: unknown, adjusted: string[]): ActionResult {
  const message = `the output does not fit ${action.id}`;
  const taken = takeJson(raw);
  if ("pointer" in taken)
    throw invalidAt("ACTION_OUTPUT_INVALID", message, [{ pointer: taken.pointer, message: taken.message }]);
  const parsed = action.output.safeParse(taken.value);
  if (!parsed.success) throw invalid("ACTION_OUTPUT_INVALID", message, parsed.error);
  const notes = [...adjusted, ...taken.adjusted];
  // The parse of a schema that JSON Schema can express turns JSON into JSON.
  const output = parsed.data as Json;
  return notes.length === 0 ? { output } : { output, adjusted: notes };
}

type InvalidCode = "ACTION_INPUT_INVALID" | "ACTION_OUTPUT_INVALID";

function invalid(code: InvalidCode, message: string, error: z.ZodError): ActionFailure {
  return invalidAt(code, message, error.issues.flatMap(issuesOf));
}

function invalidAt(code: InvalidCode, message: string, issues: { pointer: string; message: string }[]): ActionFailure {
  const first = issues[0];
  const where = first === undefined ? "" : `: ${first.pointer === "" ? "" : `${first.pointer} `}${first.message}`;
  return new ActionFailure({ category: "ValidationError", code, message: message + where, details: { issues } });
}

function issuesOf(issue: z.core.$ZodIssue): { pointer: string; message: string }[] {
  const at = issue.path.map((key) => pointerToken(typeof key === "number" ? key : String(key))).join("");
  // Each unknown member is named by its own pointer, like every other place.
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ pointer: at + pointerToken(key), message: "is not a member of this object" }));
  }
  return [{ pointer: at, message: issue.message }];
}

function timedOut(actionId: string, timeoutMs: number): ActionFailure {
  const message = `${actionId} did not end within ${timeoutMs} ms`;
  return new ActionFailure({ category: "TimeoutError", code: "ACTION_TIMEOUT", message, details: { timeoutMs } });
}

function canceled(): ActionFailure {
  return new ActionFailure({ category: "Cancellation", code: "CANCELED", message: "the call was cancelled" });
}

/** What the engine is told of whatever a handler threw: never a stack, never an object that JSON cannot hold. */
function failureOf(error: unknown): ActionFailure {
  if (!(error instanceof ActionFailure)) {
    return new ActionFailure({ category: "ActionError", code: "ACTION_FAILED", message: messageOf(error) });
  }
  if (error.details === undefined) return error;
  const details = takeJson(error.details);
  return new ActionFailure({ ...error.toJSON(), details: "pointer" in details ? undefined : details.value });
}

const messageMaxLength = 2_000;

function messageOf(error: unknown): string {
  const text =
    error instanceof Error ? error.message : typeof error === "string" ? error : "the action failed without saying why";
  return storableText(text.slice(0, messageMaxLength));
}
