import type { RunDiffReply, RunMomentReply, RunWhyReply, StepReply } from "@mainspring/api";
import { pointerKeys, showState, valueText } from "@mainspring/core";
import type { Cause, JournalEntry, Json, RunDiff, RunMoment, RunWhy, ValueDivergence } from "@mainspring/core";
import type { DiffedRun } from "../ports.ts";
import type { RunRedaction } from "./redaction.ts";

type CauseReply = RunWhyReply["also"][number];

export function presentWhy(why: RunWhy, redact: RunRedaction): RunWhyReply {
  return {
    ...presentCause(why, redact),
    also: why.also.map((cause) => presentCause(cause, redact)),
    asOf: why.asOf,
  };
}

function presentCause(cause: Cause, redact: RunRedaction): CauseReply {
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
  const keys = pointerKeys(pointer) ?? [];
  let whole = value;
  for (const key of [...keys].reverse()) whole = { [key]: whole };
  let masked: Json | undefined = mask(whole);
  for (const key of keys) {
    if (typeof masked !== "object" || masked === null) return masked ?? null;
    masked = (masked as { readonly [key: string]: Json })[key];
  }
  return masked ?? null;
}
