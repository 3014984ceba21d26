import type { RunDiffReply, RunMomentReply, RunWhyReply, StepReply } from "@mainspring/api";
import { isJsonObject, pointerKeys, showState, valueText } from "@mainspring/core";
import type {
  Cause,
  Evidence,
  JournalEntry,
  Json,
  RunDiff,
  RunMoment,
  RunWhy,
  ValueDivergence,
} from "@mainspring/core";
import type { DiffedRun } from "../ports.ts";
import type { EventMask } from "./event-redaction.ts";
import { maskUnder } from "./mask-under.ts";
import type { RunRedaction } from "./redaction.ts";

type CauseReply = RunWhyReply["also"][number];

/** Events that did not reach the run and are told of all the same. */
export function nearEvents(why: RunWhy): { readonly id: string; readonly name: string }[] {
  return [why, ...why.also].flatMap(({ evidence }) =>
    evidence.flatMap((one) => {
      const { eventId, name } = missOf(one) ?? {};
      return typeof eventId === "string" && typeof name === "string" ? [{ id: eventId, name }] : [];
    }),
  );
}

function missOf({ kind, data }: Evidence): { readonly [name: string]: Json } | undefined {
  return kind === "near-miss" && isJsonObject(data) ? data : undefined;
}

/** @param events masks of those that {@link nearEvents} names, by our id: they are not the run's, and have sensitive values of their own */
export function presentWhy(
  why: RunWhy,
  redact: RunRedaction,
  events: (id: string) => Pick<EventMask, "text" | "value" | "at">,
): RunWhyReply {
  const near = [...new Set(nearEvents(why).map(({ id }) => id))].map(events);
  const all: Masks = {
    text: (text) => near.reduce((masked, mask) => mask.text(masked), redact.text(text)),
    value: (value) => near.reduce((masked, mask) => mask.value(masked), redact.value(value)),
  };
  const present = (cause: Cause): CauseReply =>
    presentCause({ ...cause, evidence: cause.evidence.map((one) => withMaskedFind(one, events)) }, all);
  return { ...present(why), also: why.also.map(present), asOf: why.asOf };
}

type Masks = Pick<RunRedaction, "text" | "value">;

/** What a filter found where the event's type says that it is sensitive, though its value alone does not give it away. */
function withMaskedFind(one: Evidence, events: (id: string) => Pick<EventMask, "at">): Evidence {
  const miss = missOf(one);
  const filter = miss?.["filter"];
  if (miss === undefined || !isJsonObject(filter)) return one;
  const { eventId } = miss;
  const { found, path } = filter as { readonly [name: string]: Json };
  if (found === undefined || typeof path !== "string" || typeof eventId !== "string") return one;
  const shown = events(eventId).at(path, found);
  const text = one.text.replace(`(it is ${valueText(found)})`, () => `(it is ${valueText(shown)})`);
  return { ...one, text, data: { ...miss, filter: { ...filter, found: shown } } };
}

function presentCause(cause: Cause, redact: Masks): CauseReply {
  const { sentence, since, evidence, remedy, next } = cause;
  return {
    cause: cause.cause,
    sentence: redact.text(sentence),
    since,
    evidence: evidence.map(({ kind, text, data }) => ({
      kind,
      text: redact.text(text),
      ...(data === undefined ? {} : { data: redact.value(data) }),
    })),
    remedy: redact.text(remedy),
    ...(next === undefined ? {} : { next }),
  };
}

export function presentMoment(
  runId: string,
  moment: RunMoment & { readonly lastSeq: number },
  redact: RunRedaction,
): RunMomentReply {
  const { status, scopes, frames, waits, calls } = showState(moment.state);
  return {
    runId,
    seq: moment.seq,
    lastSeq: moment.lastSeq,
    at: moment.at,
    entry: redact.entry(moment.entry) as JournalEntry & RunMomentReply["entry"],
    span: moment.span,
    status,
    scopes: {
      payload: redact.payload(scopes.payload),
      vars: redact.value(scopes.vars),
      state: redact.value(scopes.state),
      system: scopes.system,
    },
    frames: frames.map(({ own, frames: inner, ...fiber }) => ({
      ...fiber,
      own: redact.value(own),
      frames: inner.map((frame) => redact.value(frame)),
    })),
    waits: waits.map(({ iteration, key, filters, title, ...wait }) => ({
      ...wait,
      iteration: [...iteration],
      ...(key === undefined ? {} : { key: wait.waitType === "event" ? redact.text(key) : key }),
      ...(filters === undefined ? {} : { filters: redact.value(filters) }),
      ...(title === undefined ? {} : { title: redact.text(title) }),
    })),
    calls: calls.map(({ iteration, input, ...call }) => ({
      ...call,
      iteration: [...iteration],
      input: asStep(redact, call.stepPath, { input }).input,
    })),
    changes: moment.changes.map(({ before, after, ...change }) => {
      const mask = change.scope === "payload" ? redact.payload : redact.value;
      return {
        ...change,
        ...(before === undefined ? {} : { before: maskedAt(mask, change.pointer, before) }),
        ...(after === undefined ? {} : { after: maskedAt(mask, change.pointer, after) }),
      };
    }),
    asOf: new Date().toISOString(),
  };
}

export function presentDiff(
  diff: RunDiff & { readonly a: DiffedRun; readonly b: DiffedRun },
  redact: { readonly a: RunRedaction; readonly b: RunRedaction },
): RunDiffReply {
  const differences = diff.differences.map((one) => presentDivergence(one, redact));
  const { path, timing } = diff;
  return {
    a: diff.a,
    b: diff.b,
    sameDefinition: diff.sameDefinition,
    same: diff.same,
    path: path as RunDiffReply["path"],
    values: differences[0] ?? null,
    timing: timing as RunDiffReply["timing"],
    differences,
    common: diff.common,
    asOf: new Date().toISOString(),
  };
}

export function presentDivergence(
  divergence: ValueDivergence,
  redact: { readonly a: RunRedaction; readonly b: RunRedaction },
): RunDiffReply["differences"][number] {
  const { aValue, bValue, ...rest } = divergence;
  const aShown = aValue === undefined ? undefined : maskedOf(divergence, redact.a, divergence.a?.stepPath, aValue);
  const bShown = bValue === undefined ? undefined : maskedOf(divergence, redact.b, divergence.b?.stepPath, bValue);
  return {
    ...(rest as RunDiffReply["differences"][number]),
    sentence: divergence.sentence.replace(
      `${valueText(aValue)} in A, ${valueText(bValue)} in B`,
      () => `${valueText(aShown)} in A, ${valueText(bShown)} in B`,
    ),
    ...(aShown === undefined ? {} : { aValue: aShown }),
    ...(bShown === undefined ? {} : { bValue: bShown }),
  };
}

function maskedOf(
  { of, pointer }: ValueDivergence,
  redact: RunRedaction,
  stepPath: string | undefined,
  value: Json,
): Json {
  switch (of) {
    case "payload":
      return maskedAt(redact.payload, pointer, value);
    case "output":
      return maskedAt((output) => asStep(redact, stepPath ?? "", { output }).output, pointer, value);
    case "event":
    case "error":
    case "written":
      return redact.value(value);
    default:
      return of satisfies never;
  }
}

/** By what the schemas of a step's action say. */
function asStep(
  redact: RunRedaction,
  stepPath: string,
  values: { readonly input?: Json; readonly output?: Json },
): Pick<StepReply, "input" | "output"> {
  return redact.step({ stepPath, input: null, output: null, error: null, ...values } as StepReply);
}

/** A value that stands at `pointer` in what a schema describes: masked as it would be there. */
function maskedAt(mask: (whole: Json) => Json, pointer: string, value: Json): Json {
  return maskUnder(mask, pointerKeys(pointer) ?? [], value);
}
