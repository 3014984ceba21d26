import { expect, test } from "vitest";
import { canonicalHash } from "../canonical/canonical-hash.ts";
import { jsonBytes } from "../canonical/json-bytes.ts";
import { resume, start } from "../interpreter/interpret.ts";
import { entriesHash, stateHash } from "../interpreter/machine.ts";
import type { InboundEvent, JournalEntry, RunEvent, RunState, ValueReference } from "../interpreter/transition.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import { inbound, startContext } from "../testing/world.ts";
import type { Json } from "../values/json.ts";
import { foldJournal, JournalError } from "./fold.ts";

const at = (s: number): string => `2031-01-01T00:00:0${s}.000Z`;
const blobs = new Map<string, Json>();
const refer = (value: Json): ValueReference => {
  const hash = canonicalHash(value);
  blobs.set(hash, value);
  return { hash, bytes: jsonBytes(value) };
};
const resolve = (reference: ValueReference): Json => blobs.get(reference.hash) as Json;
const large = (letter: string): Json => ({ text: letter.repeat(2000) });

const wait = (id: string) => ({ id, type: "event.wait", event: id, correlationKey: "key", saveAs: `vars.${id}` });
const program = buildProgram([
  { id: "a", type: "action.call", action: "test.act@1", input: x("payload"), saveAs: "a" },
  wait("first"),
  wait("second"),
  {
    id: "done",
    type: "control.return",
    output: x("[$length(payload.text), $length(a.text), first.text, second.text, small]"),
  },
]);

function journalOf(): { journal: JournalEntry[]; state: RunState } {
  const payload = large("p");
  const output = large("o");
  const early: InboundEvent = inbound({ id: "e1", name: "first", payload: large("1") }, at(2));
  const other: InboundEvent = inbound({ id: "e0", name: "first", correlationKey: "other", payload: "small" }, at(2));
  const signal: InboundEvent = inbound({ id: "e2", name: "second", payload: large("2") }, at(3));
  const events: RunEvent[] = [
    { kind: "actionSucceeded", id: "c1", output, attempt: 1, reference: refer(output), now: at(1), turn: 2 },
    {
      kind: "waitOpened",
      id: "c2",
      candidates: [other, early],
      references: { e1: refer(early.payload), e0: refer("small") },
      now: at(2),
      turn: 3,
    },
    { kind: "eventArrived", event: signal, reference: refer(signal.payload), now: at(3), turn: 4 },
  ];
  let transition = start(program, payload, startContext(program), refer(payload));
  const journal = [...transition.journal];
  for (const event of events) {
    transition = resume(program, transition.state, event);
    journal.push(...transition.journal);
  }
  return { journal, state: transition.state };
}

test("values over 1 KiB stand in the journal as the references that came with them, and the fold resolves them", () => {
  const { journal, state } = journalOf();
  expect(state.outcome).toMatchObject({
    status: "succeeded",
    output: [2000, 2000, "1".repeat(2000), "2".repeat(2000)],
  });
  const inputs = journal.filter((entry) => entry.kind === "input");
  for (const letter of ["p", "o", "1", "2"]) expect(JSON.stringify(inputs)).not.toContain(letter.repeat(100));
  expect(JSON.stringify(inputs)).toContain('"payload":"small"');
  const stored = JSON.parse(JSON.stringify(journal)) as JournalEntry[];
  const folded = foldJournal(program, stored, resolve);
  expect(folded).toStrictEqual(state);
  expect(stored.at(-1)).toMatchObject({ kind: "run", status: "SUCCEEDED", data: { stateHash: stateHash(folded) } });
  const wait2 = journal.find(
    (entry) => entry.kind === "wait" && entry.status === "RESOLVED" && entry.data?.eventId === "e2",
  );
  expect(wait2).toMatchObject({ data: { payloadReference: { hash: canonicalHash(large("2")) } } });
});

test("the fold needs the inputs alone, and stops with the transition that wrote the entry asked for", () => {
  const { journal } = journalOf();
  const inputs = journal.filter((entry) => entry.kind === "input");
  const second = inputs[1]?.seq ?? 0;
  const afterSecond = foldJournal(program, inputs, resolve, { untilSeq: second });
  expect(foldJournal(program, journal, resolve, { untilSeq: (inputs[2]?.seq ?? 0) - 1 })).toStrictEqual(afterSecond);
  expect(afterSecond.open.map(({ command }) => command.id)).toEqual(["c2"]);
  expect(foldJournal(program, journal, resolve, { untilSeq: 1 })).toStrictEqual(
    foldJournal(program, journal.slice(0, 1), resolve),
  );
});

test("a journal without its start, or a value that is not at hand, is refused with a code", () => {
  const { journal } = journalOf();
  const codeOf = (fold: () => unknown): unknown => {
    try {
      return fold();
    } catch (error) {
      return error instanceof JournalError ? error.code : error;
    }
  };
  expect(codeOf(() => foldJournal(program, [], resolve))).toBe("JOURNAL_WITHOUT_START");
  expect(codeOf(() => foldJournal(program, journal.slice(1), resolve))).toBe("JOURNAL_WITHOUT_START");
  expect(codeOf(() => foldJournal(program, journal))).toBe("JOURNAL_REFERENCE_UNRESOLVED");
});

test("late events of an ended run leave the recorded hash true, and hashes do not depend on the order of members", () => {
  const { journal, state } = journalOf();
  const late = resume(program, state, { kind: "timerFired", id: "c9", now: at(9), turn: 9 });
  expect(late.state.nextSeq).toBe(state.nextSeq + 2);
  expect(stateHash(late.state)).toBe(stateHash(state));
  expect(stateHash(foldJournal(program, [...journal, ...late.journal], resolve))).toBe(stateHash(state));
  const reordered = journal.map(
    (entry) => Object.fromEntries(Object.entries(entry).reverse()) as unknown as JournalEntry,
  );
  expect(entriesHash(reordered)).toBe(entriesHash(journal));
  expect(entriesHash(journal.slice(1))).not.toBe(entriesHash(journal));
  expect(stateHash({ ...state, vars: {} })).not.toBe(stateHash(state));
});
